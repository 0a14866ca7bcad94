import { expect, test } from 'bun:test'
import { encodeLocalaiResources, encodeLocalaiSystem } from '@shared/dialects/localai/localai-system.ts'

const memory = { totalBytes: 1000, usedBytes: 250, availableBytes: 750 }
const gpu = {
  name: 'NVIDIA H200',
  vendor: 'nvidia',
  percent: 40,
  memoryUsedBytes: 30,
  memoryTotalBytes: 100,
}

test('without a GPU the memory of the machine is what engines take', () => {
  expect(encodeLocalaiResources({ memory, gpus: [], storageBytes: 7 })).toEqual({
    type: 'ram',
    available: true,
    gpus: [],
    ram: { total: 1000, used: 250, free: 750, available: 750, usage_percent: 25 },
    aggregate: { total_memory: 1000, used_memory: 250, free_memory: 750, usage_percent: 25, gpu_count: 0 },
    storage_size: 7,
    reclaimer_enabled: true,
  })
})

test('GPUs are added up', () => {
  const { type, gpus, aggregate } = encodeLocalaiResources({
    memory,
    gpus: [gpu, { ...gpu, memoryUsedBytes: 50 }],
    storageBytes: 0,
  })
  expect(type).toBe('gpu')
  expect(gpus[1]).toEqual({
    index: 1,
    name: 'NVIDIA H200',
    vendor: 'nvidia',
    total_vram: 100,
    used_vram: 50,
    free_vram: 50,
    usage_percent: 50,
    utilization_percent: 40,
  })
  expect(aggregate).toEqual({
    total_memory: 200,
    used_memory: 80,
    free_memory: 120,
    usage_percent: 40,
    gpu_count: 2,
  })
})

test('a GPU that tells nothing breaks no sum', () => {
  const silent = { ...gpu, percent: null, memoryUsedBytes: null, memoryTotalBytes: null }
  const { gpus, aggregate } = encodeLocalaiResources({ memory, gpus: [silent], storageBytes: 0 })
  expect(gpus[0]).toMatchObject({ total_vram: 0, usage_percent: 0 })
  expect(gpus[0]).not.toHaveProperty('utilization_percent')
  expect(aggregate.usage_percent).toBe(0)
})

test('engines are named once; a model whose engine is not known yet has none', () => {
  const loaded = [
    { id: 'a', engine: 'node-llama-cpp' },
    { id: 'b', engine: 'node-llama-cpp' },
    { id: 'c', engine: null },
  ]
  expect(encodeLocalaiSystem(loaded)).toEqual({
    backends: ['node-llama-cpp'],
    loaded_models: [
      { id: 'a', backend: 'node-llama-cpp' },
      { id: 'b', backend: 'node-llama-cpp' },
      { id: 'c' },
    ],
  })
})
