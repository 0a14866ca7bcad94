import { expect, test } from 'bun:test'
import { createSeededChances } from '../../../../../services/chat/policy/seeded-chances.ts'

const numbers = (seed: number, count = 1000): number[] => {
  const next = createSeededChances(seed)
  return Array.from({ length: count }, () => next())
}

test('the same seed gives the same numbers, another one others', () => {
  expect(numbers(7)).toEqual(numbers(7))
  expect(numbers(7, 5)).not.toEqual(numbers(8, 5))
})

test('the numbers are spread evenly from 0 up to 1', () => {
  const drawn = numbers(3, 20_000)
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...drawn)).toBeLessThan(1)
  for (let tenth = 0; tenth < 10; tenth++) {
    const share = drawn.filter((number) => Math.floor(number * 10) === tenth).length / drawn.length
    expect(share).toBeCloseTo(0.1, 1)
  }
})
