import { afterEach, describe, expect, test } from 'bun:test'
import { createLoneNode } from '@service/router/features/cluster/lone-node.ts'
import { ClusterPlacer } from '@service/router/features/placement/cluster-placer.ts'
import type { ClusterPlacerPorts } from '@service/router/features/placement/cluster-placer.ts'
import type { NodeWish, SentOutcome } from '@service/router/features/placement/node-placer.ts'
import type { NodeLoad } from '@service/router/policy/cluster/node-topics.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { createManualClock } from '../../../../../support/manual-clock.ts'
import {
  clusterNodeFor,
  loadFor,
  NODE_MODEL,
} from '../../../../../support/placement-simulation/cluster-node-for.ts'
import { MODEL, nodeIdOf, wishFor } from '../../../../../support/placement-simulation/placement-candidate.ts'
import { SimulatedView } from '../../../../../support/placement-simulation/simulated-view.ts'

const [SELF, OTHER, THIRD] = [nodeIdOf(0), nodeIdOf(1), nodeIdOf(2)]
const CHAIN = { hashes: Array.from({ length: 12 }, (_, at) => at + 1) }
const LONGER = { hashes: [...CHAIN.hashes, 101, 102] }

const opened: ClusterPlacer[] = []
afterEach(() => {
  for (const placer of opened.splice(0)) placer.stop()
})

const openPlacer = (ports: Partial<ClusterPlacerPorts> = {}) => {
  const view = new SimulatedView([
    clusterNodeFor(0, true),
    clusterNodeFor(1, false),
    clusterNodeFor(2, false),
  ])
  const clock = createManualClock()
  const said: { model: ModelId; hashes: readonly string[] }[] = []
  const placer = new ClusterPlacer({
    view,
    policy: 'best',
    ownTopics: () => ({}),
    random: () => 0,
    clock,
    sayPrefixes: (model, hashes) => void said.push({ model, hashes }),
    ...ports,
  })
  opened.push(placer)
  return { view, clock, said, placer }
}

const wish = (changes: Partial<NodeWish> = {}): NodeWish => ({ ...wishFor(), prefix: undefined, ...changes })

const choiceOf = (placer: ClusterPlacer, changes: Partial<NodeWish> = {}) =>
  placer.decide(wish(changes)).ranking[0]

const lane = (running: number, pendingTokens: number) => [
  { lane: MODEL, slots: 4, running, waiting: 0, pendingTokens },
]

const end = (
  placer: ClusterPlacer,
  node: typeof SELF,
  outcome: SentOutcome,
  changes: Partial<NodeWish> = {},
): void => {
  const sent = placer.onSent(node, wish(changes))
  if (outcome === 'answered') sent.onFirstByte()
  sent.onEnd(outcome)
}

test('an idle cluster answers at the door, and a busy door sends on', () => {
  let own: NodeLoad = loadFor()
  const { placer } = openPlacer({ ownTopics: () => ({ load: own }) })
  expect(choiceOf(placer)?.nodeId).toBe(SELF)
  own = loadFor({ lanes: lane(4, 5000) })
  expect(choiceOf(placer)?.nodeId).not.toBe(SELF)
})

test('a node in no cluster knows itself by its own figures', () => {
  const view = createLoneNode('mini')
  const { placer } = openPlacer({ view, ownTopics: () => clusterNodeFor(0, true).topics })
  expect(choiceOf(placer)?.name).toBe('mini')
})

test('what was sent to a node counts until it says so itself, or it is over', () => {
  const { clock, placer, view } = openPlacer({
    ownTopics: () => ({ load: loadFor({ lanes: lane(4, 9000) }) }),
  })
  const first = choiceOf(placer)?.nodeId ?? SELF
  const sent = placer.onSent(first, wish())
  const second = choiceOf(placer)?.nodeId
  expect(new Set([SELF, first, second]).size).toBe(3)
  sent.onEnd('answered')
  expect(choiceOf(placer)?.nodeId).toBe(first)
  placer.onSent(first, wish())
  void clock.advance(100)
  view.tell(first, 'load', loadFor())
  expect(choiceOf(placer)?.nodeId).toBe(first)
})

test('the choice follows what nodes can do', () => {
  const { placer, view } = openPlacer()
  view.tell(SELF, 'services', [{ name: 'chat', state: 'down', version: null, capabilities: ['chat'] }])
  view.tell(OTHER, 'models', [{ ...NODE_MODEL, defect: 'It is cut off.' }])
  expect(choiceOf(placer)?.nodeId).toBe(THIRD)
  view.tell(THIRD, 'load', loadFor({ isDraining: true }))
  expect(placer.decide(wish())).toMatchObject({
    ranking: [],
    rejections: [{ reason: 'no-capability' }, { reason: 'broken-model' }, { reason: 'draining' }],
  })
  const { placer: other, view: otherView } = openPlacer()
  otherView.setLink(OTHER, 'down')
  otherView.tell(THIRD, 'models', [])
  expect(other.decide(wish()).rejections.map(({ reason }) => reason)).toEqual(['down', 'no-model'])
})

test('a model of another machine is open and takes no memory, however large it is there', () => {
  const models = [{ ...NODE_MODEL, source: 'external' as const, sizeBytes: 1e15 }]
  const { placer } = openPlacer({ ownTopics: () => ({ models, load: loadFor({ warm: [] }) }) })
  const { ranking } = placer.decide(wish({ excluded: [OTHER, THIRD] }))
  expect(ranking).toMatchObject([{ nodeId: SELF, isWarm: true, cost: { loadMs: 0, pressureMs: 0 } }])
})

test('routes without a model are placed by the queues of their capability', () => {
  const busy = [{ lane: 'audio transcribe', slots: 1, running: 1, waiting: 5, pendingTokens: 0 }]
  const services = [{ name: 'audio', state: 'up', version: null, capabilities: ['transcribe'] }] as const
  const { placer, view } = openPlacer({ ownTopics: () => ({ load: loadFor({ lanes: busy }) }) })
  for (const node of [SELF, OTHER]) view.tell(node, 'services', services)
  const { ranking, rejections } = placer.decide(wish({ capability: 'transcribe', model: undefined }))
  expect(ranking.map(({ nodeId }) => nodeId)).toEqual([OTHER, SELF])
  expect(rejections).toMatchObject([{ nodeId: THIRD, reason: 'no-capability' }])
})

test('requests of other models are in the way, too', () => {
  const busy = [{ lane: 'another-model', slots: 4, running: 4, waiting: 9, pendingTokens: 9000 }]
  const { placer } = openPlacer({ ownTopics: () => ({ load: loadFor({ lanes: busy }) }) })
  expect(choiceOf(placer)?.nodeId).not.toBe(SELF)
})

test('asking changes nothing; sending takes turns', () => {
  const { placer } = openPlacer({ policy: 'round-robin' })
  const next = () => choiceOf(placer)?.nodeId
  expect([next(), next()]).toEqual([SELF, SELF])
  end(placer, SELF, 'answered')
  expect([next(), next()]).toEqual([OTHER, OTHER])
  expect(placer.decide(wish(), 'least-busy').policy).toBe('least-busy')
})

describe('a node that fails', () => {
  test('is left out for a while, then tried by one request', async () => {
    const { clock, placer } = openPlacer()
    for (let time = 0; time < 3; time += 1) end(placer, SELF, 'unreachable')
    expect(placer.decide(wish()).rejections).toMatchObject([{ nodeId: SELF, reason: 'ejected' }])
    await clock.advance(5000)
    expect(choiceOf(placer)?.nodeId).toBe(SELF)
    const probe = placer.onSent(SELF, wish())
    expect(placer.decide(wish()).rejections).toMatchObject([{ nodeId: SELF, reason: 'ejected' }])
    probe.onFirstByte()
    expect(choiceOf(placer)?.nodeId).toBe(SELF)
    probe.onEnd('answered')
    probe.onEnd('failed')
    expect(choiceOf(placer)?.nodeId).toBe(SELF)
  })

  test('is asked all the same when it is the last one with the model', () => {
    const { placer, view } = openPlacer()
    for (const node of [SELF, THIRD]) view.tell(node, 'models', [])
    for (let time = 0; time < 9; time += 1) end(placer, OTHER, 'failed')
    expect(choiceOf(placer)?.nodeId).toBe(OTHER)
  })

  test('has a clean slate when its link comes up anew; clients that leave say nothing', () => {
    const { placer, view } = openPlacer()
    for (let time = 0; time < 9; time += 1) end(placer, OTHER, 'abandoned')
    expect(placer.decide(wish()).rejections).toEqual([])
    for (let time = 0; time < 9; time += 1) end(placer, OTHER, 'failed')
    expect(placer.decide(wish()).rejections).toHaveLength(1)
    view.setLink(OTHER, 'down')
    view.setLink(OTHER, 'up')
    expect(placer.decide(wish()).rejections).toEqual([])
  })
})

describe('what nodes have in their caches', () => {
  test('is known of the node that has begun to answer', () => {
    const { placer } = openPlacer()
    const sent = placer.onSent(OTHER, wish({ prefix: CHAIN }))
    expect(choiceOf(placer, { prefix: LONGER })).toMatchObject({ nodeId: SELF, matchedTokens: 0 })
    sent.onFirstByte()
    expect(choiceOf(placer, { prefix: LONGER })?.nodeId).toBe(OTHER)
    expect(choiceOf(placer, { prefix: LONGER })?.matchedTokens).toBeGreaterThan(500)
    expect(choiceOf(placer)?.nodeId).toBe(SELF)
  })

  test('is not changed by a node that was full, or by work that no cache keeps', () => {
    const { placer } = openPlacer()
    placer.onSent(OTHER, wish({ prefix: CHAIN })).onEnd('answered')
    end(placer, OTHER, 'answered', { prefix: CHAIN, capability: 'embed' })
    expect(choiceOf(placer, { prefix: CHAIN })?.nodeId).toBe(SELF)
  })

  test('is told to the others once, as far as it is new, and they know it then', async () => {
    const { clock, placer, said } = openPlacer()
    end(placer, SELF, 'answered', { prefix: CHAIN })
    placer.onWorked(MODEL, LONGER)
    placer.onWorked(MODEL, LONGER)
    expect(said).toEqual([])
    await clock.advance(1000)
    expect(said).toHaveLength(1)
    expect(said[0]?.hashes.map(({ length }) => length)).toEqual([112, 19])
    const { placer: neighbour } = openPlacer()
    neighbour.onPrefixes(THIRD, MODEL, said[0]?.hashes ?? [])
    expect(choiceOf(neighbour, { prefix: LONGER })?.nodeId).toBe(THIRD)
  })

  test('is told again when somebody has come', async () => {
    const { clock, placer, said, view } = openPlacer()
    placer.onWorked(MODEL, CHAIN)
    await clock.advance(1000)
    view.setLink(OTHER, 'up')
    placer.onWorked(MODEL, LONGER)
    await clock.advance(1000)
    expect(said[1]?.hashes[0]).toHaveLength(131)
  })

  test('what others were sent is theirs to tell', async () => {
    const { clock, placer, said } = openPlacer()
    end(placer, OTHER, 'answered', { prefix: CHAIN })
    await clock.advance(1000)
    expect(said).toEqual([])
  })

  test.each([
    [
      'the model has left its memory',
      (view: SimulatedView) => view.tell(OTHER, 'load', loadFor({ warm: [] })),
    ],
    ['it was started anew', (view: SimulatedView) => view.tell(OTHER, 'identity', identity(2))],
  ])('is gone when %s', (_, happen) => {
    const { placer, view } = openPlacer()
    view.tell(OTHER, 'identity', identity(1))
    view.tell(OTHER, 'load', loadFor())
    end(placer, OTHER, 'answered', { prefix: CHAIN })
    expect(choiceOf(placer, { prefix: CHAIN })?.nodeId).toBe(OTHER)
    happen(view)
    view.tell(OTHER, 'load', loadFor())
    expect(choiceOf(placer, { prefix: CHAIN })).toMatchObject({ nodeId: SELF, matchedTokens: 0 })
  })

  test('is not believed of strangers, of models that they do not have, or when it cannot be read', () => {
    const { placer } = openPlacer()
    const word = 'AAAAAAAAAQ'
    placer.onPrefixes(nodeIdOf(77), MODEL, [word])
    placer.onPrefixes(SELF, MODEL, [word])
    placer.onPrefixes(OTHER, '__proto__', [word])
    placer.onPrefixes(OTHER, MODEL, ['', '\u{d800}', 'A'.repeat(1e6)])
    placer.onPrefixes(
      OTHER,
      MODEL,
      Array.from({ length: 5000 }, () => word),
    )
    expect(choiceOf(placer, { prefix: { hashes: [1] } })).toMatchObject({ nodeId: SELF, matchedTokens: 0 })
  })

  test('is forgotten with a node that is removed', () => {
    const { placer, view } = openPlacer()
    end(placer, OTHER, 'answered', { prefix: CHAIN })
    view.remove(OTHER)
    expect(placer.decide(wish()).ranking).toHaveLength(2)
  })
})

const identity = (startedAt: number) => ({
  name: 'node-1',
  platform: { os: 'linux', arch: 'x64', accelerator: 'cpu' },
  version: '1',
  protocolVersion: 1,
  startedAt,
  addresses: [],
  certificate: '',
})
