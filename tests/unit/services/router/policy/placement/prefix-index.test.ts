import { expect, test } from 'bun:test'
import { PrefixIndex } from '@service/router/policy/placement/prefix-index.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { SeededRandom } from '../../../../../support/gguf/seeded-random.ts'
import { MODEL, nodeIdOf } from '../../../../../support/placement-simulation/placement-candidate.ts'

const A = nodeIdOf(1)
const B = nodeIdOf(2)
const OTHER_MODEL = 'another-model' as ModelId

const random = new SeededRandom(7)
const chainOf = (length: number): number[] =>
  Array.from({ length }, () => (random.uint32() % 2 ** 21) * 2 ** 32 + random.uint32())

test('a prompt is known to the node that has worked on it, and to no other', () => {
  const index = new PrefixIndex()
  const chain = chainOf(20)
  index.add(A, MODEL, chain)
  expect(index.matchedBlocks(A, MODEL, chain)).toBe(20)
  expect(index.matchedBlocks(B, MODEL, chain)).toBe(0)
  expect(index.matchedBlocks(A, OTHER_MODEL, chain)).toBe(0)
  index.add(B, MODEL, chainOf(20))
  expect(index.matchedBlocks(B, MODEL, chain)).toBe(0)
})

test('of every chain the blocks are known that it shares with one before it', () => {
  const index = new PrefixIndex()
  const chain = chainOf(128)
  for (let shared = 0; shared <= 128; shared += 1) {
    const life = new PrefixIndex()
    life.add(A, MODEL, chain.slice(0, shared))
    expect(life.matchedBlocks(A, MODEL, [...chain.slice(0, shared), ...chainOf(128 - shared)])).toBe(shared)
    expect(life.matchedBlocks(A, MODEL, chain.slice(0, shared))).toBe(shared)
  }
  expect(index.matchedBlocks(A, MODEL, [])).toBe(0)
})

test('what a node has forgotten is gone, of one model or of all, and can be learned again', () => {
  const index = new PrefixIndex()
  const chain = chainOf(9)
  for (const node of [A, B]) for (const model of [MODEL, OTHER_MODEL]) index.add(node, model, chain)
  index.forget(A, MODEL)
  expect(index.matchedBlocks(A, MODEL, chain)).toBe(0)
  expect(index.matchedBlocks(A, OTHER_MODEL, chain)).toBe(9)
  index.forget(A)
  expect(index.matchedBlocks(A, OTHER_MODEL, chain)).toBe(0)
  expect(index.matchedBlocks(B, MODEL, chain)).toBe(9)
  index.add(A, MODEL, chain.slice(0, 3))
  expect(index.matchedBlocks(A, MODEL, chain)).toBe(3)
})

test('it grows with what it knows and loses next to nothing while there is room', () => {
  const index = new PrefixIndex()
  const chains = Array.from({ length: 5000 }, () => chainOf(10))
  for (const chain of chains) index.add(A, MODEL, chain)
  const known = chains.filter((chain) => index.matchedBlocks(A, MODEL, chain) === 10)
  expect(known.length).toBeGreaterThan(4950)
  expect(index.sizeBytes).toBeLessThan(50_000 * 10 * 8)
})

test('a full table keeps what was used last, and stays as large as it is', () => {
  const index = new PrefixIndex(512)
  const kept = chainOf(10)
  index.add(A, MODEL, kept)
  for (let round = 0; round < 200; round += 1) {
    index.add(A, MODEL, chainOf(1000))
    index.add(A, MODEL, kept)
  }
  expect(index.matchedBlocks(A, MODEL, kept)).toBe(10)
  expect(index.sizeBytes).toBe(512 * 8 * 10)
})

test('what is not used leaves a full table', () => {
  const index = new PrefixIndex(512)
  const old = chainOf(100)
  index.add(A, MODEL, old)
  index.add(B, MODEL, chainOf(100_000))
  expect(index.matchedBlocks(A, MODEL, old)).toBe(0)
})

test('strangers are not taken for known ones', () => {
  const index = new PrefixIndex()
  index.add(A, MODEL, chainOf(200_000))
  expect(chainOf(100_000).filter((hash) => index.matchedBlocks(A, MODEL, [hash]) > 0)).toEqual([])
  // Small numbers, too: a chain is whatever its hash makes it.
  index.add(B, MODEL, [0, 1, 2])
  expect(index.matchedBlocks(B, MODEL, [0, 1, 2, 3])).toBe(3)
})
