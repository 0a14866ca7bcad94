import { expect, test } from 'bun:test'
import { NewestEntries } from '@service/router/policy/newest-entries.ts'

const entriesOf = (limit: number, ...keys: readonly string[]): NewestEntries<string> => {
  const entries = new NewestEntries<string>(limit)
  for (const key of keys) entries.set(key, key.toUpperCase())
  return entries
}

test('the oldest entry makes room for a new one', () => {
  const entries = entriesOf(2, 'a', 'b', 'c')
  expect([entries.get('a'), entries.get('b'), entries.get('c')]).toEqual([undefined, 'B', 'C'])
})

test('an entry that is set again keeps its place', () => {
  const entries = entriesOf(2, 'a', 'b')
  entries.set('a', 'new')
  expect(entries.get('a')).toBe('new')
  entries.set('c', 'C')
  expect([entries.get('a'), entries.get('b')]).toEqual([undefined, 'B'])
})

test('an entry that was taken out is gone, and takes no other with it', () => {
  const entries = entriesOf(2, 'a', 'b')
  expect(entries.remove('a')).toBe('A')
  expect(entries.remove('a')).toBeUndefined()
  entries.set('c', 'C')
  expect([entries.get('b'), entries.get('c')]).toEqual(['B', 'C'])
})

test('a full list takes no longer for a new entry than an empty one', () => {
  const addAll = (entries: NewestEntries<number>): number => {
    const startedAt = performance.now()
    for (let index = 0; index < 50_000; index += 1) entries.set(`${index} of ${startedAt}`, index)
    return performance.now() - startedAt
  }
  const entries = new NewestEntries<number>(50_000)
  const emptyMs = addAll(entries)
  const fullMs = Math.min(addAll(entries), addAll(entries), addAll(entries))
  // A Map from which the first key is deleted takes 50 times as long.
  expect(fullMs).toBeLessThan(emptyMs * 10 + 20)
})
