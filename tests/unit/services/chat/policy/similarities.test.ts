import { expect, test } from 'bun:test'
import { similarities } from '@service/chat/policy/similarities.ts'

const vector = (...values: number[]): Float32Array => Float32Array.from(values)

test('the same direction is 1, a right angle a half, the opposite 0', () => {
  const others = [vector(1, 0), vector(0, 1), vector(-1, 0)]
  expect(similarities([vector(1, 0), ...others])).toEqual([1, 0.5, 0])
})

test('rounding does not lead beyond the ends', () => {
  const first = vector(1.000001, 0)
  expect(similarities([first, first, vector(-1.000001, 0)])).toEqual([1, 0])
})

test('without others there is nothing', () => {
  expect(similarities([vector(1)])).toEqual([])
  expect(similarities([])).toEqual([])
})
