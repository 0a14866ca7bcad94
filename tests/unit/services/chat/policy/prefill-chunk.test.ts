import { expect, test } from 'bun:test'
import { LARGEST_BATCH_TOKENS, nextPrefillChunk } from '../../../../../services/chat/policy/prefill-chunk.ts'

test('begins small, because the speed of the model is not known', () => {
  expect(nextPrefillChunk(undefined)).toBeLessThanOrEqual(8)
})

test('a chunk takes less than a second at the speed that was measured', () => {
  for (const speed of [0.1, 2, 10, 39, 41, 140, 500, 640]) {
    const chunk = nextPrefillChunk(speed)
    expect(chunk).toBeGreaterThanOrEqual(1)
    expect(chunk === 1 || chunk / speed < 1).toBe(true)
  }
})

test('fast engines get whole batches, others multiples of 32', () => {
  expect(nextPrefillChunk(5000)).toBe(LARGEST_BATCH_TOKENS)
  expect(nextPrefillChunk(140)).toBe(96)
  expect(nextPrefillChunk(30)).toBe(24)
})
