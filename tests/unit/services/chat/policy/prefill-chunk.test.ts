import { expect, test } from 'bun:test'
import {
  LARGEST_BATCH_TOKENS,
  TILE_TOKENS,
  measured,
  nextPrefillChunk,
} from '../../../../../services/chat/policy/prefill-chunk.ts'
import type { ReadingSpeed } from '../../../../../services/chat/policy/prefill-chunk.ts'

/** The sizes of the first chunks, with a model that reads so many tokens a second. */
const chunks = (small: number, tiled: number, count: number): number[] => {
  let speed: ReadingSpeed = {}
  return Array.from({ length: count }, () => {
    const tokens = nextPrefillChunk(speed)
    const perSecond = tokens < TILE_TOKENS ? small : tiled
    speed = measured(speed, tokens, (tokens / perSecond) * 1000)
    return tokens
  })
}

test('learns the speed with a few tokens, then with a tile', () => {
  expect(chunks(1000, 5000, 4)).toEqual([8, 64, 512, 512])
  expect(chunks(67, 134, 4)).toEqual([8, 64, 64, 64])
})

test('finds out that tiles are faster', () => {
  expect(chunks(39, 340, 4)).toEqual([8, 64, 256, 256])
})

test('a model that is slow in tiles too is read in small chunks', () => {
  expect(chunks(40, 50, 4)).toEqual([8, 64, 32, 32])
})

test('the slowest models are spared the tile', () => {
  expect(chunks(10, 20, 4)).toEqual([8, 8, 8, 8])
  expect(chunks(0.5, 1, 3)).toEqual([8, 1, 1])
})

test('once the speed is known a chunk takes less than a second', () => {
  for (const [small, tiled] of [
    [2, 3],
    [30, 60],
    [30, 200],
    [500, 900],
    [4000, 9000],
  ] as const) {
    const [size = 0] = chunks(small, tiled, 6).slice(-1)
    expect(size / (size < TILE_TOKENS ? small : tiled)).toBeLessThanOrEqual(0.8)
    expect(size).toBeLessThanOrEqual(LARGEST_BATCH_TOKENS)
    expect(size).toBeGreaterThanOrEqual(1)
  }
})
