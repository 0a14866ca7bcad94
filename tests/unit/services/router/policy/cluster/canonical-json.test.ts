import { expect, test } from 'bun:test'
import { canonicalJson } from '@service/router/policy/cluster/canonical-json.ts'

test('is the same for equal values, whatever the order of their fields', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe(
    '{"a":true,"b":[1,{"c":"x","d":null}]}',
  )
  expect(canonicalJson({ a: true, b: [1, { c: 'x', d: null }] })).toBe(
    '{"a":true,"b":[1,{"c":"x","d":null}]}',
  )
})

test('is the same after a way over the wire', () => {
  const value = {
    left: undefined,
    list: [undefined, 0.1, -0, 1e300],
    text: '\ud800 "\u2028',
    ['__proto__']: { a: 1 },
  }
  const overWire: unknown = JSON.parse(JSON.stringify(value))
  expect(canonicalJson(overWire)).toBe(canonicalJson(value))
})

test('tells the order of lists, and fields that only a prototype seems to have', () => {
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]))
  expect(canonicalJson(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}')
})
