import { expect, test } from 'bun:test'
import { KeyedLine } from '@service/router/policy/admission/keyed-line.ts'

const lineOf = (...keys: number[]): KeyedLine<string> => {
  const line = new KeyedLine<string>()
  for (const key of keys) line.add(key, `item ${key}`)
  return line
}

test('a line keeps the order in which its items came', () => {
  const line = lineOf(3, 1, 2)
  expect([...line]).toEqual(['item 3', 'item 1', 'item 2'])
  expect([line.first, line.last, line.size]).toEqual(['item 3', 'item 2', 3])
  expect(line.get(1)).toBe('item 1')
})

test('an item leaves from the front, the middle or the end, and only once', () => {
  for (const leaving of [1, 2, 3]) {
    const line = lineOf(1, 2, 3)
    expect(line.remove(leaving)).toBe(`item ${leaving}`)
    expect(line.remove(leaving)).toBeUndefined()
    const left = [1, 2, 3].filter((key) => key !== leaving).map((key) => `item ${key}`)
    expect([...line]).toEqual(left)
    expect([line.first, line.last, line.size]).toEqual([left[0], left[1], 2])
  }
})

test('a line that was emptied can be used again', () => {
  const line = lineOf(1)
  line.remove(1)
  expect([line.first, line.last, line.size]).toEqual([undefined, undefined, 0])
  line.add(1, 'again')
  expect([...line]).toEqual(['again'])
})
