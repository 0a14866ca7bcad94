import { expect, test } from 'bun:test'
import type { ModelCard, ModelId } from '@shared/inference/model-card.ts'
import { estimateMemoryBytes, isRepacked } from '../../../../../services/chat/policy/estimate-memory.ts'

const MEBIBYTE = 2 ** 20

/** The shape of a 0.5B chat model with 152k tokens. */
const card = (change: Partial<ModelCard> = {}): ModelCard => ({
  id: 'half-billion' as ModelId,
  name: 'half-billion',
  aliases: [],
  capabilities: ['chat'],
  format: 'gguf',
  architecture: 'llama',
  quantization: 'Q8_0',
  parameterCount: 494_000_000,
  sizeBytes: 505 * MEBIBYTE,
  path: '/models/half-billion.gguf',
  source: 'skein',
  shape: {
    contextLength: 32_768,
    embeddingLength: 896,
    blockCount: 24,
    headCount: 14,
    keyValueHeadCount: 2,
    keyLength: 64,
    valueLength: 64,
    vocabularySize: 151_936,
  },
  modifiedAt: '2026-01-01T00:00:00.000Z',
  isTestModel: false,
  ...change,
})

const options = { contextTokens: 4096, slots: 4, threads: 1 }

test('is near what was measured for a 0.5B model: 895 MiB with 4 contexts of 4096 tokens', () => {
  const mebibytes = estimateMemoryBytes(card(), options) / MEBIBYTE
  expect(mebibytes).toBeGreaterThan(895 * 0.95)
  expect(mebibytes).toBeLessThan(895 * 1.25)
})

test('the cache grows with slots and context by the size of keys and values', () => {
  const twice = estimateMemoryBytes(card(), { ...options, contextTokens: 8192 })
  expect(twice - estimateMemoryBytes(card(), options)).toBe(2 * 128 * 2 * 24 * 4096 * 4)
})

test('a context is counted as the engine rounds it', () => {
  const odd = { ...options, contextTokens: 4000 }
  expect(estimateMemoryBytes(card(), odd)).toBe(estimateMemoryBytes(card(), options))
})

test('reordered weights exist twice beside a mapped file', () => {
  const q4 = card({ quantization: 'Q4_0', sizeBytes: 269 * MEBIBYTE })
  const mapped = estimateMemoryBytes(q4, options, { isFileMapped: true }) / MEBIBYTE
  const read = estimateMemoryBytes(q4, options, { isFileMapped: false }) / MEBIBYTE
  // Measured: 918 and 733 MiB.
  expect(mapped).toBeGreaterThan(918 * 0.95)
  expect(mapped).toBeLessThan(918 * 1.25)
  expect(read).toBeGreaterThan(733 * 0.95)
  expect(read).toBeLessThan(733 * 1.25)
})

test('knows which quantisations are reordered', () => {
  expect(['Q4_0', 'Q4_K_M', 'IQ4_NL', 'MXFP4'].every(isRepacked)).toBe(true)
  expect(['Q8_0', 'F16', 'Q6_K', 'unknown', 'IQ4_XS'].some(isRepacked)).toBe(false)
})
