import { describe, expect, test } from 'bun:test'
import type { MemoryLeases } from '@service/chat/features/engine-pool/memory-leases.ts'
import { openEngine } from '@service/chat/features/engine-pool/open-engine.ts'
import { createOpenShardedEngine } from '@service/chat/features/sharding/open-sharded-engine.ts'
import type { ShardLayout } from '@service/chat/features/sharding/sharded-driver.ts'
import type { ShardNeeds } from '@shared/contracts/shard-plan.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions, TextEngine, TextEngineDriver } from '@shared/inference/text-engine.ts'
import { createLog } from '@shared/log/create-log.ts'
import { eventually } from '../../../../../support/eventually.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'

const NEVER_FITS = new Fault('overloaded', 'It needs more than this node has.', {
  details: { budgetBytes: 100 },
})
const BUSY = new Fault('overloaded', 'Busy.', { retryAfterSeconds: 10, details: { budgetBytes: 100 } })
const LOCAL_BYTES = 60
const WISHES = { contextTokens: 4096, slots: 2, threads: 1 }

/** A node of 100 bytes, and others that lend whatever is asked for, unless told otherwise. */
const createNode = () => {
  const state = {
    memoryFault: NEVER_FITS as Fault,
    lendFault: undefined as Fault | undefined,
    loadFault: undefined as Fault | undefined,
    size: 1,
  }
  const held = new Set<string>()
  const needs: ShardNeeds[] = []
  const loads: { options: EngineLoadOptions; layout: ShardLayout }[] = []
  const loss = Promise.withResolvers<string>()
  const exit = Promise.withResolvers<string>()
  let isReleased = false
  let isClosed = false
  const leases: MemoryLeases = {
    async acquire({ bytes }) {
      if (bytes !== LOCAL_BYTES) throw state.memoryFault
      held.add('local')
      return 'local'
    },
    async release(leaseId) {
      held.delete(leaseId)
    },
    report: async () => undefined,
  }
  const openSharded = createOpenShardedEngine({
    driver: {
      name: 'llama-server',
      backendVersion: async () => '0.5.0',
      async load(_card, options, layout) {
        loads.push({ options, layout })
        if (state.loadFault !== undefined) throw state.loadFault
        // The rest of an engine is not touched here.
        return {
          exited: exit.promise,
          async close() {
            isClosed = true
            exit.resolve(layout.lost() ?? 'SIGTERM')
          },
        } as TextEngine
      },
    },
    lender: {
      async lend(wanted) {
        needs.push(wanted)
        if (state.lendFault !== undefined) throw state.lendFault
        return {
          grant: {
            size: state.size,
            localLayers: 1,
            localBytes: LOCAL_BYTES,
            workers: [{ endpoint: '127.0.0.1:1', layers: 1 }],
            words: '',
          },
          ended: loss.promise,
          release: () => void (isReleased = true),
        }
      },
    },
    log: createLog('test', 'silent'),
  })
  const driver: TextEngineDriver = {
    name: 'scripted',
    version: async () => '1',
    estimateBytes: () => 1000,
    load: () => Promise.reject(new Error('nobody may open it here alone')),
  }
  const open = (card: Partial<ModelCard> = {}, watch = new AbortController().signal) =>
    openEngine(
      { driver, leases, memoryWaitMs: 0, openSharded },
      { ...scriptedCard('big'), ...card },
      WISHES,
      { signal: watch, onGrant: () => undefined },
    )
  const nothingIsHeld = (): boolean => held.size === 0 && isReleased
  return {
    exit,
    held,
    isClosed: () => isClosed,
    isReleased: () => isReleased,
    loads,
    loss,
    needs,
    nothingIsHeld,
    open,
    state,
  }
}

describe('a model that never fits on this node', () => {
  test('is opened with the size that the router has chosen, and a lease for the local part alone', async () => {
    const node = createNode()
    await node.open()
    expect(node.needs[0]).toMatchObject({ model: 'big', backendVersion: '0.5.0' })
    expect(node.needs[0]?.sizes.map(({ contextTokens, slots }) => [contextTokens, slots])).toEqual([
      [4096, 2],
      [2048, 2],
      [2048, 1],
    ])
    expect(node.loads).toMatchObject([
      { options: { contextTokens: 2048, slots: 2 }, layout: { localLayers: 1, workers: [{ layers: 1 }] } },
    ])
    expect([...node.held]).toEqual(['local'])
  })

  test('gives everything back when its engine ends', async () => {
    const node = createNode()
    await node.open()
    node.exit.resolve('SIGABRT')
    await eventually('what was lent is given back', node.isReleased)
  })

  test('is closed when a part of it is lost, for that reason', async () => {
    const node = createNode()
    const engine = await node.open()
    node.loss.resolve('b is gone')
    expect(await engine.exited).toBe('b is gone')
    expect(node.isClosed()).toBe(true)
  })

  test('leaves nothing held when it cannot be opened, and says so when a lost node was the reason', async () => {
    const broken = createNode()
    broken.state.loadFault = new Fault('model_not_loadable', 'broken')
    await expect(broken.open()).rejects.toMatchObject({ code: 'model_not_loadable' })
    await eventually('nothing is held', broken.nothingIsHeld)
    const lost = createNode()
    lost.state.loadFault = new Fault('model_not_loadable', 'SIGABRT')
    lost.loss.resolve('b is gone')
    await expect(lost.open()).rejects.toMatchObject({
      code: 'engine_failed',
      message: expect.stringContaining('b is gone'),
    })
    await eventually('nothing is held', lost.nothingIsHeld)
  })

  test('leaves nothing held when the router chose a size that nobody asked for', async () => {
    const node = createNode()
    node.state.size = 9
    await expect(node.open()).rejects.toMatchObject({ code: 'internal' })
    await eventually('nothing is lent', node.isReleased)
  })

  test('is refused with the router’s reason; by a node alone, as if there were no others', async () => {
    const node = createNode()
    node.state.lendFault = new Fault('overloaded', 'All nodes together have too little.')
    await expect(node.open()).rejects.toMatchObject({ message: 'All nodes together have too little.' })
    for (const code of ['not_found', 'unavailable'] as const) {
      node.state.lendFault = new Fault(code, 'nobody there')
      await expect(node.open()).rejects.toBe(NEVER_FITS)
    }
  })

  test('is not spread when it makes embeddings, nor when memory is only busy', async () => {
    const node = createNode()
    await expect(node.open({ capabilities: ['embed'] })).rejects.toBe(NEVER_FITS)
    node.state.memoryFault = BUSY
    await expect(node.open()).rejects.toBe(BUSY)
    expect(node.needs).toEqual([])
  })
})
