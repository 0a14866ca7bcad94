import { describe, expect, test } from 'bun:test'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import { planShards } from '@service/router/policy/sharding/plan-shards.ts'
import type { ShardNode, ShardPlan, ShardWish } from '@service/router/policy/sharding/planned-shards.ts'
import { array, assert, integer, property } from 'fast-check'

const GB = 1e9

/** 40 layers of 1 GB and 1 GB beside them: 41 GB with the wished context, 21 GB with the least. */
const WISH: ShardWish = {
  model: 'big',
  fileBytes: 36 * GB,
  layers: 40,
  embeddingLength: 5000,
  workerBytes: GB,
  sizes: [
    { contextTokens: 8192, slots: 4, headBytes: GB, layerBytes: GB, localLayerBytes: GB },
    { contextTokens: 2048, slots: 1, headBytes: GB, layerBytes: GB / 2, localLayerBytes: GB / 2 },
  ],
  backendVersion: '0.5.0',
}

const node = (name: string, freeGigabytes: number, more: Partial<ShardNode> = {}): ShardNode => ({
  nodeId: name as NodeId,
  name,
  isUp: true,
  isDraining: false,
  backendVersion: '0.5.0',
  budgetBytes: freeGigabytes * GB,
  freeBytes: freeGigabytes * GB,
  hasModel: false,
  rttMs: undefined,
  bytesPerSecond: undefined,
  platform: undefined,
  ...more,
})

const head = (freeGigabytes: number): ShardNode => node('head', freeGigabytes, { hasModel: true })

const sharesOf = (plan: ShardPlan): unknown =>
  plan.type === 'plan'
    ? [plan.size, plan.localLayers, ...plan.workers.map(({ layers, name }) => `${name} ${layers}`)]
    : plan.type

const TABLE: readonly {
  readonly title: string
  readonly head: number
  readonly others: readonly ShardNode[]
  readonly shares: unknown
}[] = [
  {
    title: 'the node can open it with the least context',
    head: 21,
    others: [node('b', 50)],
    shares: 'not-needed',
  },
  {
    title: 'another node that has the file can open it alone',
    head: 10,
    others: [node('b', 50, { hasModel: true })],
    shares: 'not-needed',
  },
  {
    title: 'another node has the file and the memory, but cannot be reached',
    head: 10,
    others: [node('b', 50, { hasModel: true, isUp: false }), node('c', 50)],
    shares: [0, 9, 'c 31'],
  },
  {
    title: 'one other node has room for what the head has not',
    head: 20,
    others: [node('b', 22)],
    shares: [0, 19, 'b 21'],
  },
  {
    title: 'one node is enough with less context: no second one is taken for more',
    head: 10,
    others: [node('b', 20), node('c', 20)],
    shares: [1, 18, 'b 22'],
  },
  {
    title: 'of equally many nodes those with most room lend',
    head: 20,
    others: [node('b', 22), node('c', 30)],
    shares: [0, 19, 'c 21'],
  },
  {
    title: 'the head has no room for a layer, only for what must be there',
    head: 1,
    others: [node('b', 41)],
    shares: [0, 0, 'b 40'],
  },
  {
    title: 'all nodes together are too small',
    head: 5,
    others: [node('b', 6), node('c', 6)],
    shares: 'impossible',
  },
  { title: 'nobody else is there', head: 5, others: [], shares: 'impossible' },
]

describe('a plan is', () => {
  for (const { head: free, others, shares, title } of TABLE) {
    test(`${JSON.stringify(shares)} where ${title}`, () => {
      expect(sharesOf(planShards({ wish: WISH, head: head(free), others }))).toEqual(shares)
    })
  }

  test('over the three roomiest of four nodes when two are too few', () => {
    const others = [node('b', 9), node('c', 7), node('d', 2), node('e', 6)]
    const plan = planShards({ wish: WISH, head: head(3), others })
    expect(sharesOf(plan)).toEqual([1, 4, 'b 16', 'c 11', 'e 9'])
  })

  test('with more bytes for the layers of the head where its engine takes more', () => {
    const sizes = WISH.sizes.map((size) => ({ ...size, localLayerBytes: size.layerBytes * 2 }))
    const plan = planShards({ wish: { ...WISH, sizes }, head: head(20), others: [node('b', 50)] })
    expect(plan).toMatchObject({
      size: 0,
      localLayers: 9,
      localBytes: 19 * GB,
      workers: [{ bytes: 32 * GB }],
    })
  })

  test('without a node that was asked and refused', () => {
    const others = [node('b', 30), node('c', 25)]
    const plan = planShards({ wish: WISH, head: head(20), others, failed: ['b' as NodeId] })
    expect(sharesOf(plan)).toEqual([0, 19, 'c 21'])
    expect(plan).toMatchObject({ rejections: [{ name: 'b', reason: 'failed' }] })
  })

  test('never more than the room of any node, and every layer once', () => {
    const memory = integer({ min: 0, max: 50 })
    assert(
      property(memory, array(memory, { maxLength: 6 }), (own, frees) => {
        const others = frees.map((free, index) => node(`n${index}`, free))
        const plan = planShards({ wish: WISH, head: head(own), others })
        if (plan.type !== 'plan') return
        expect(plan.localBytes).toBeLessThanOrEqual(own * GB)
        expect(plan.localLayers).toBeGreaterThanOrEqual(0)
        for (const { bytes, layers, name } of plan.workers) {
          expect(layers).toBeGreaterThan(0)
          expect(bytes).toBeLessThanOrEqual(others.find((other) => other.name === name)?.freeBytes ?? 0)
        }
        expect(plan.localLayers + plan.workers.reduce((sum, { layers }) => sum + layers, 0)).toBe(40)
      }),
    )
  })

  test('the same whatever order the nodes come in', () => {
    const others = [node('b', 9), node('c', 9), node('d', 9), node('e', 9)]
    const plan = planShards({ wish: WISH, head: head(3), others })
    expect(planShards({ wish: WISH, head: head(3), others: others.toReversed() })).toEqual(plan)
  })
})

describe('a plan says', () => {
  test('how much the network costs every token and how long the start takes, where that was measured', () => {
    const others = [node('b', 22, { rttMs: 0.5, bytesPerSecond: 100e6 })]
    const plan = planShards({ wish: WISH, head: head(20), others })
    expect(plan).toMatchObject({
      // A round trip, and 5,000 numbers there and back.
      forecast: { networkMsPerToken: 0.9, transferSeconds: (21 / 40) * 360 },
    })
    if (plan.type !== 'plan') throw new Error('no plan')
    expect(plan.forecast.tokensPerSecondAtMost).toBeCloseTo(1111.1, 0)
    expect(plan.words).toContain('19 of 40 layers on head, 21 on b (22.0 GB), with 4 × 8192 tokens')
    expect(plan.words).toContain('0.9 ms, so no more than 1100 tokens/s')
    expect(plan.words).toContain('18.9 GB go over the network: about 190 s')
    expect(plan.words).toContain('fit, not fast')
  })

  test('what is not measured, and that unlike machines answer unlike', () => {
    const mac = { os: 'darwin', arch: 'arm64', accelerator: 'metal' }
    const linux = { os: 'linux', arch: 'x64', accelerator: 'cpu' }
    const plan = planShards({
      wish: WISH,
      head: { ...head(20), platform: mac },
      others: [node('b', 22, { platform: linux })],
    })
    expect(plan).toMatchObject({
      forecast: { networkMsPerToken: null, tokensPerSecondAtMost: null, transferSeconds: null },
    })
    expect(plan.words).toContain('not measured yet')
    expect(plan.words).toContain('160 s with gigabit Ethernet')
    expect(plan.words).toContain('darwin arm64 metal, linux x64 cpu')
  })
})

describe('what is impossible says why and what to do', () => {
  const wordsFor = (others: readonly ShardNode[], wish = WISH): string => {
    const plan = planShards({ wish, head: head(5), others })
    expect(plan.type).toBe('impossible')
    return plan.words
  }

  test('when the memory of all is too little', () => {
    const words = wordsFor([node('b', 6), node('c', 4)])
    expect(words).toContain('big needs 22.0 GB; head may use 5.0 GB in all')
    expect(words).toContain('all nodes that can lend have 15.0 GB free together')
    expect(words).toContain('smaller quantisation')
  })

  test('when the others lack the program, another version of it or the will', () => {
    expect(wordsFor([node('b', 50, { backendVersion: undefined })])).toContain(
      'b has no RPC worker: run `skein backends build llama-server` there',
    )
    expect(wordsFor([node('b', 50, { backendVersion: '0.4.0' })])).toContain('b has another version')
    expect(wordsFor([node('b', 50, { isDraining: true })])).toContain('b takes nothing new')
    expect(wordsFor([node('b', 50, { isUp: false })])).toContain('b cannot be reached')
  })

  test('when this node lacks the program', () => {
    expect(wordsFor([node('b', 50)], { ...WISH, backendVersion: null })).toContain(
      'run `skein backends build llama-server` on head',
    )
  })

  test('when there is no other node', () => {
    expect(wordsFor([])).toContain('is the only node')
  })
})
