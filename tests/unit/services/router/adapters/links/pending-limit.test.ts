import { expect, test } from 'bun:test'
import { PendingLimit } from '@service/router/adapters/links/pending-limit.ts'

test('one host has its share, and not that of others', () => {
  const limit = new PendingLimit({ perHost: 2, total: 3 })
  const [first, second] = [limit.begin('a'), limit.begin('a')]
  expect(first !== undefined && second !== undefined).toBe(true)
  expect(limit.begin('a')).toBeUndefined()
  const other = limit.begin('b')
  expect(other).toBeDefined()
  expect(limit.begin('c')).toBeUndefined()
  first?.()
  expect(limit.begin('c')).toBeDefined()
  expect(limit.begin('a')).toBeUndefined()
  second?.()
  expect(limit.begin('a')).toBeDefined()
})
