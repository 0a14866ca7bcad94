import { expect, test } from 'bun:test'
import { laterKey, mergeKeys } from '@shared/access/access-key.ts'
import { accessKey } from '../../../support/access-key-for.ts'

test('the later change wins, whoever asks', () => {
  const old = accessKey({ updatedAt: 1, label: 'old' })
  const young = accessKey({ updatedAt: 2, label: 'young' })
  expect(laterKey(old, young)).toBe(young)
  expect(laterKey(young, old)).toBe(young)
})

test('of two changes at the same time all nodes take the same', () => {
  const one = accessKey({ updatedBy: 'a' })
  const other = accessKey({ updatedBy: 'b' })
  expect(laterKey(one, other)).toBe(other)
  expect(laterKey(other, one)).toBe(other)
})

test('an older copy does not bring a revoked key back', () => {
  const good = accessKey({ updatedAt: 1 })
  const revoked = accessKey({ updatedAt: 2, revokedAt: '2026-01-02T00:00:00Z' })
  expect(mergeKeys([revoked], [good])).toEqual([revoked])
})

test('keys of both sides are there once, in an order that does not depend on who merges', () => {
  const a = accessKey({ id: 'key_000000000000000a' })
  const b = accessKey({ id: 'key_000000000000000b' })
  expect(mergeKeys([b], [a, b])).toEqual([a, b])
  expect(mergeKeys([a, b], [b])).toEqual([a, b])
})
