import { expect, test } from 'bun:test'
import { isDeeperThan } from '@shared/http/json-depth.ts'
import { assert, jsonValue, property } from 'fast-check'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map((inner) => depthOf(inner)))
    : 0

test('any JSON is just as deep as its values are', () => {
  assert(
    property(jsonValue({ maxDepth: 12 }), (value) => {
      const text = bytes(JSON.stringify(value, null, 1))
      const depth = depthOf(value)
      expect(isDeeperThan(text, depth)).toBe(false)
      if (depth > 0) expect(isDeeperThan(text, depth - 1)).toBe(true)
    }),
  )
})

test('brackets in strings are no levels', () => {
  const text = JSON.stringify({ text: '[{'.repeat(500), '[[[': '\\"[[[\\' })
  expect(isDeeperThan(bytes(text), 1)).toBe(false)
})

test('what never ends is as deep as it opens, and a string without an end hides what it holds', () => {
  expect(isDeeperThan(bytes('['.repeat(1_000_000)), 128)).toBe(true)
  expect(isDeeperThan(bytes(`"${'['.repeat(1000)}`), 128)).toBe(false)
})

test('a view of a larger buffer is read as the view', () => {
  const whole = bytes(`${'['.repeat(10)}{}`)
  expect(isDeeperThan(whole.subarray(10), 1)).toBe(false)
})

test('20 MB of short strings take less than a second, where a call for each took several', () => {
  const text = bytes(`[${'"","a",'.repeat(3_000_000)}0]`)
  const startedAt = performance.now()
  expect(isDeeperThan(text, 128)).toBe(false)
  expect(performance.now() - startedAt).toBeLessThan(1000)
})
