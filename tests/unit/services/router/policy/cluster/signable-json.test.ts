import { expect, test } from 'bun:test'
import { signableJson } from '@service/router/policy/cluster/signable-json.ts'

test('is the same for equal values, whatever the order of their fields', () => {
  expect(signableJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}')
  expect(signableJson({ a: true, b: [1, { c: 'x', d: null }] })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}')
})

test('is the same after a way over the wire', () => {
  const value = {
    left: undefined,
    list: [undefined, 0.1, -0, 1e300],
    text: '\ud800 "\u2028',
    ['__proto__']: { a: 1 },
  }
  const overWire: unknown = JSON.parse(JSON.stringify(value))
  expect(signableJson(overWire)).toBe(signableJson(value))
})

test('tells the order of lists, and fields that only a prototype seems to have', () => {
  expect(signableJson([1, 2])).not.toBe(signableJson([2, 1]))
  expect(signableJson(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}')
})
