import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { availableParallelism, totalmem } from 'node:os'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { jsonOf } from '../../support/wire-json.ts'

let live: LiveRouter
beforeAll(async () => {
  live = await startLiveRouter({
    models: ['llama', 'other'],
    chat: { documents: { metrics: 'process_resident_memory_bytes 123456789\n' } },
  })
  live.store.states = [
    { id: 'llama', state: 'busy', engine: 'node-llama-cpp', memoryBytes: 5_000_000, lastUsedAt: null },
    { id: 'other', state: 'unloaded', engine: null, memoryBytes: 0, lastUsedAt: null },
  ]
})
afterAll(() => live.close())

describe('the resources of the node', () => {
  test('are those of this machine, within physical bounds', async () => {
    const { cpu, memory, gpu, gpus, ane, reasons } = await jsonOf(live.ask('/system/resources'))
    expect(cpu.percent).toBeGreaterThanOrEqual(0)
    expect(cpu.percent).toBeLessThanOrEqual(100)
    expect(cpu.cores).toBeGreaterThan(0)
    expect(cpu.cores).toBeLessThanOrEqual(availableParallelism())
    expect(memory.totalBytes).toBeGreaterThan(100_000_000)
    expect(memory.totalBytes).toBeLessThanOrEqual(totalmem())
    expect(memory.usedBytes).toBeGreaterThan(0)
    expect(memory.usedBytes + memory.availableBytes).toBe(memory.totalBytes)
    expect(['normal', 'warning', 'critical']).toContain(memory.pressure)
    expect(gpu === null ? typeof reasons.gpu : typeof gpu.name).toBe('string')
    expect(gpus.length === 0).toBe(gpu === null)
    expect(typeof ane.available).toBe('boolean')
  })

  test('tell who holds how much: models by the ledger, services by their own figures', async () => {
    const { models, services } = await jsonOf(live.ask('/system/resources'))
    expect(models).toEqual([{ id: 'llama', state: 'busy', engine: 'node-llama-cpp', memoryBytes: 5_000_000 }])
    expect(services).toMatchObject([
      { name: 'router', state: 'up' },
      { name: 'chat', state: 'up', memoryBytes: 123_456_789 },
      { name: 'model-store', state: 'up', memoryBytes: null },
    ])
    expect(services[0].memoryBytes).toBeGreaterThan(10_000_000)
  })

  test('asked by many at once are read once', async () => {
    const began = performance.now()
    const replies = await Promise.all(
      Array.from({ length: 100 }, () => jsonOf(live.ask('/system/resources'))),
    )
    expect(new Set(replies.map(({ memory }) => JSON.stringify(memory))).size).toBe(1)
    expect(performance.now() - began).toBeLessThan(5000)
  })

  test('are there in the shape of LocalAI, of the memory that engines take', async () => {
    const { type, available, ram, aggregate, gpus, storage_size } = await jsonOf(live.ask('/api/resources'))
    expect(available).toBe(true)
    expect(type).toBe(gpus.length === 0 ? 'ram' : 'gpu')
    expect(aggregate.gpu_count).toBe(gpus.length)
    expect(aggregate.used_memory + aggregate.free_memory).toBe(aggregate.total_memory)
    expect(ram.usage_percent).toBeGreaterThan(0)
    expect(ram.usage_percent).toBeLessThanOrEqual(100)
    expect(storage_size).toBeGreaterThanOrEqual(0)
  })

  test('name the models in memory and their engines', async () => {
    expect(await jsonOf(live.ask('/system'))).toEqual({
      backends: ['node-llama-cpp'],
      loaded_models: [{ id: 'llama', backend: 'node-llama-cpp' }],
    })
  })
})

test('without model-store the machine is told nevertheless, and the list of models is a 503', async () => {
  const other = await startLiveRouter({ absent: ['model-store'] })
  try {
    const { memory, models, reasons } = await jsonOf(other.ask('/system/resources'))
    expect(memory.totalBytes).toBeGreaterThan(0)
    expect(models).toEqual([])
    expect(reasons.models).toContain('model-store')
    const reply = await other.ask('/system')
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '2'])
    expect((await jsonOf(reply)).error).toMatchObject({ type: 'service_unavailable', code: 'unavailable' })
  } finally {
    await other.close()
  }
})
