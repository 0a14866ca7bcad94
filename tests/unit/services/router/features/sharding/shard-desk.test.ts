import { afterEach, describe, expect, test } from 'bun:test'
import type { ClusterNode } from '@service/router/features/cluster/cluster-view.ts'
import { PeerUnreachable } from '@service/router/features/other-nodes/peer-transport.ts'
import { ShardDesk } from '@service/router/features/sharding/shard-desk.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeLoad } from '@service/router/policy/cluster/node-topics.ts'
import { heldReply } from '@shared/contracts/held-grant.ts'
import type { NodeMemory } from '@shared/contracts/memory-lease.ts'
import type { ShardNeeds } from '@shared/contracts/shard-plan.ts'
import { encodeFault } from '@shared/fault/fault-wire.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { createLog } from '@shared/log/create-log.ts'
import { eventually } from '../../../../../support/eventually.ts'
import { createManualClock } from '../../../../../support/manual-clock.ts'

/** Ten layers of 10 bytes, and 5 beside them. */
const NEEDS: ShardNeeds = {
  model: 'big' as ModelId,
  fileBytes: 90,
  layers: 10,
  embeddingLength: 1,
  workerBytes: 5,
  sizes: [{ contextTokens: 100, slots: 1, headBytes: 5, layerBytes: 10, localLayerBytes: 10 }],
  backendVersion: '0.5.0',
}

const loadOf = (budgetBytes: number, more: Partial<NodeLoad> = {}): NodeLoad => ({
  isDraining: false,
  budgetBytes,
  heldBytes: 0,
  lanes: [],
  warm: [],
  ...more,
})

const nodeOf = (name: string, load: NodeLoad, isSelf = false): ClusterNode => ({
  nodeId: name as NodeId,
  name,
  isSelf,
  link: isSelf ? 'self' : 'up',
  trouble: undefined,
  rttMs: 1,
  lastSeenAt: undefined,
  clockSkewMs: undefined,
  topics: { load, backends: [{ name: 'llama.cpp-rpc', version: '0.5.0', digest: null }] },
})

/** What a node of the test does when it is asked to lend. */
type Behaviour = 'lends' | 'refuses' | 'is-unreachable'

const createDesk = (
  head: NodeLoad,
  others: Readonly<Record<string, NodeLoad>>,
  ownMemory: Promise<NodeMemory> = Promise.reject(new Fault('unavailable', 'model-store is restarting')),
) => {
  ownMemory.catch(() => undefined)
  const behaviours = new Map<string, Behaviour>()
  const lenders = new Map<string, { asked: string; end: (reason: string) => void }>()
  const givenBack: string[] = []
  let lentCount = 0
  const inlets: { isClosed: boolean; breakIt: (reason: string) => void }[] = []
  const clock = createManualClock()
  const self = nodeOf('head', head, true)
  const desk = new ShardDesk({
    view: { self, nodes: [self, ...Object.entries(others).map(([name, load]) => nodeOf(name, load))] },
    peers: {
      async send(nodeId, { pathAndQuery, signal }) {
        const behaviour = behaviours.get(nodeId) ?? 'lends'
        if (behaviour === 'is-unreachable') throw new PeerUnreachable(nodeId, undefined)
        if (behaviour === 'refuses') {
          const fault = new Fault('overloaded', 'No room.')
          return Response.json({ fault: encodeFault(fault) }, { status: 503 })
        }
        const ended = Promise.withResolvers<string>()
        lentCount += 1
        lenders.set(nodeId, { asked: pathAndQuery, end: ended.resolve })
        const onLeft = (): void => void givenBack.push(nodeId)
        return heldReply({ workerId: `of-${nodeId}` }, { ended: ended.promise, onLeft, signal }, clock)
      },
      dial: async () => new Response(null, { status: 404 }),
    },
    fetchMemory: () => ownMemory,
    async openInlet() {
      const broken = Promise.withResolvers<string>()
      const inlet = { isClosed: false, breakIt: broken.resolve }
      inlets.push(inlet)
      return {
        endpoint: `127.0.0.1:${inlets.length}`,
        broken: broken.promise,
        close: () => void (inlet.isClosed = true),
      }
    },
    clock,
    log: createLog('test', 'silent'),
  })
  const open = () => desk.open(NEEDS, new AbortController().signal)
  const nothingIsOpen = (): boolean =>
    inlets.every(({ isClosed }) => isClosed) && givenBack.length === lentCount
  return { behaviours, desk, givenBack, inlets, lenders, nothingIsOpen, open }
}

describe('layers on other nodes', () => {
  const two = () => createDesk(loadOf(35), { b: loadOf(55), c: loadOf(45), d: loadOf(15) })
  let cluster = two()
  afterEach(() => {
    cluster = two()
  })

  test('are borrowed as planned, each behind a port of this machine', async () => {
    const { grant } = await cluster.open()
    expect(grant).toMatchObject({
      localLayers: 3,
      localBytes: 35,
      workers: [
        { endpoint: '127.0.0.1:1', layers: 4 },
        { endpoint: '127.0.0.1:2', layers: 3 },
      ],
    })
    expect(cluster.lenders.get('b')?.asked).toBe('/_skein/peer/rpc?bytes=45&model=big')
    expect(cluster.lenders.has('d')).toBe(false)
  })

  test('are planned anew without a node that refuses or cannot be reached, and nothing stays borrowed of the first plan', async () => {
    for (const behaviour of ['refuses', 'is-unreachable'] as const) {
      cluster = createDesk(loadOf(35), { b: loadOf(75), c: loadOf(45), d: loadOf(45) })
      cluster.behaviours.set('b', behaviour)
      const { grant } = await cluster.open()
      expect([...cluster.lenders.keys()]).toEqual(['c', 'd'])
      expect(grant.workers.map(({ layers }) => layers)).toEqual([4, 3])
    }
    cluster = two()
    cluster.behaviours.set('c', 'refuses')
    await expect(cluster.open()).rejects.toMatchObject({ code: 'overloaded' })
    await eventually(
      'what b lent is given back',
      () => cluster.givenBack.includes('b') && cluster.nothingIsOpen(),
    )
  })

  test('are all given back when they are no longer needed', async () => {
    const open = await cluster.open()
    open.release()
    open.release()
    expect(await open.ended).toBeString()
    await eventually('nothing is open', cluster.nothingIsOpen)
    expect(cluster.givenBack.toSorted()).toEqual(['b', 'c'])
  })

  test('are all lost when one of the nodes ends what it lends, and the reason says which', async () => {
    const open = await cluster.open()
    cluster.lenders.get('c')?.end('the program ended')
    expect(await open.ended).toBe('c, which held a part of the model, is lost: the program ended')
    await eventually('b has its memory back', () => cluster.givenBack.includes('b'))
    expect(cluster.inlets.every(({ isClosed }) => isClosed)).toBe(true)
  })

  test('are all lost when a way to one of them breaks', async () => {
    const open = await cluster.open()
    cluster.inlets[0]?.breakIt('the connection broke')
    expect(await open.ended).toContain('b, which held a part of the model, is lost')
    await eventually('nothing is open', cluster.nothingIsOpen)
  })

  test('go back when whoever asked has left meanwhile, and when the router stops', async () => {
    const leaving = new AbortController()
    const opening = cluster.desk.open(NEEDS, leaving.signal)
    leaving.abort(new Error('left'))
    await expect(opening).rejects.toThrow('left')
    await eventually('nothing is open', cluster.nothingIsOpen)
    const open = await cluster.open()
    cluster.desk.close()
    expect(await open.ended).toBeString()
    await eventually('nothing is open', cluster.nothingIsOpen)
  })

  test('are not found by a node alone, and refused with the reason where memory is short', async () => {
    await expect(createDesk(loadOf(35), {}).open()).rejects.toMatchObject({ code: 'not_found' })
    const short = createDesk(loadOf(35), { b: loadOf(25) })
    await expect(short.open()).rejects.toMatchObject({
      code: 'overloaded',
      retryAfterSeconds: undefined,
      details: { neededBytes: 110, freeBytes: 60 },
    })
  })
})

describe('memory of models that nobody works with', () => {
  const held = { heldBytes: 70, warm: ['small' as ModelId] }
  const laneOf = (lane: string, running: number) => ({
    lane,
    running,
    waiting: 0,
    slots: 4,
    pendingTokens: 0,
  })
  const planWith = (more: Partial<NodeLoad>, spare: Readonly<Record<string, NodeLoad>> = {}) =>
    createDesk(loadOf(35), { b: loadOf(75, { ...held, ...more }), ...spare }).desk.plan(NEEDS)

  test('is taken where there is no other', async () => {
    expect(await planWith({})).toMatchObject({ type: 'plan', workers: [{ name: 'b' }] })
    expect((await planWith({ lanes: [laneOf('small', 0), laneOf('big', 1)] })).type).toBe('plan')
  })

  test('is left alone while another node has enough free', async () => {
    expect(await planWith({}, { c: loadOf(75) })).toMatchObject({ workers: [{ name: 'c' }] })
  })

  test('is not counted while somebody works there, nor what is lent to others', async () => {
    expect((await planWith({ lanes: [laneOf('small', 1)] })).type).toBe('impossible')
    expect((await planWith({ warm: [] })).type).toBe('impossible')
  })
})

describe('memory of this node', () => {
  const memoryOf = async (budgetBytes: number, bytes: number): Promise<NodeMemory> => ({
    budgetBytes,
    held: [{ model: 'small' as ModelId, bytes }],
  })

  test('is asked of its ledger, whatever it has announced', async () => {
    const { desk } = createDesk(loadOf(1), { b: loadOf(75) }, memoryOf(55, 20))
    expect(await desk.plan(NEEDS)).toMatchObject({ type: 'plan', localLayers: 3 })
    const large = createDesk(loadOf(1), { b: loadOf(75) }, memoryOf(105, 100))
    expect(await large.desk.plan(NEEDS)).toMatchObject({ type: 'not-needed', node: { name: 'head' } })
  })

  test('is what it has announced while the ledger cannot be asked', async () => {
    expect(await createDesk(loadOf(35), { b: loadOf(75) }).desk.plan(NEEDS)).toMatchObject({ localLayers: 3 })
  })
})
