import { expect, test } from 'bun:test'
import { estimateMemoryBytes } from '@service/chat/policy/estimate-memory.ts'
import { estimateShardSize, estimateWorkerBytes } from '@service/chat/policy/estimate-shards.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'

/** As Llama 3.1 70B in Q4_K_M. */
const CARD = {
  sizeBytes: 42.5e9,
  parameterCount: 70.6e9,
  quantization: 'Q4_K_M',
  shape: {
    contextLength: 131_072,
    embeddingLength: 8192,
    blockCount: 80,
    headCount: 64,
    keyValueHeadCount: 8,
    keyLength: 128,
    valueLength: 128,
    vocabularySize: 128_256,
  },
} as unknown as ModelCard

const OPTIONS = { contextTokens: 8192, slots: 4, threads: 1 }

test('the pieces are the estimate of the whole, and a little more', () => {
  const size = estimateShardSize(CARD, OPTIONS)
  const pieces = size.headBytes + 80 * size.localLayerBytes
  const whole = estimateMemoryBytes(CARD, OPTIONS, { isFileMapped: false })
  expect(pieces).toBeGreaterThan(whole * 0.99)
  expect(pieces).toBeLessThan(whole * 1.05)
})

test('weights that are kept in another order take more here than there; others the same', () => {
  const repacked = estimateShardSize(CARD, OPTIONS)
  expect(repacked.localLayerBytes / repacked.layerBytes).toBeGreaterThan(1.15)
  const plain = estimateShardSize({ ...CARD, quantization: 'Q8_0' }, OPTIONS)
  expect(plain.localLayerBytes).toBe(plain.layerBytes)
})

test('a shorter context makes the layers smaller, not what else there is', () => {
  const wide = estimateShardSize(CARD, OPTIONS)
  const narrow = estimateShardSize(CARD, { ...OPTIONS, contextTokens: 4096 })
  // 2 × 2 × 128 × 8 bytes for each token of each slot.
  expect(wide.layerBytes - narrow.layerBytes).toBe(4096 * 4 * 4096)
  expect(wide.headBytes).toBe(narrow.headBytes)
})

test('a node that lends needs little beside its layers', () => {
  expect(estimateWorkerBytes(CARD, OPTIONS)).toBeWithin(100e6, 1e9)
})

test('a file without a count of its parameters has sizes all the same', () => {
  const { headBytes, layerBytes } = estimateShardSize({ ...CARD, parameterCount: 0 }, OPTIONS)
  expect(headBytes).toBeWithin(1, 50e9)
  expect(layerBytes).toBeGreaterThan(0)
})
