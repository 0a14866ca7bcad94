import { expect, test } from 'bun:test'
import { jsonStringEnd } from '@shared/http/json-string-end.ts'
import { assert, property, string } from 'fast-check'

test('every string of JSON ends where its own text ends', () => {
  assert(
    property(string({ unit: 'binary', maxLength: 80 }), string(), (value, behind) => {
      const text = JSON.stringify(value)
      expect(jsonStringEnd(Buffer.from(text + behind), 1)).toBe(Buffer.byteLength(text))
    }),
  )
})

test.each([
  ['"', -1],
  ['"abc', -1],
  ['"abc\\"', -1],
  [`"${'a'.repeat(100)}`, -1],
  [`"${'a'.repeat(100)}"`, 102],
  [`"${'\\\\'.repeat(100)}"`, 202],
  [`"${'\\\\'.repeat(100)}\\"`, -1],
  ['""', 2],
])('%p ends at %p', (text, end) => {
  expect(jsonStringEnd(Buffer.from(text), 1)).toBe(end)
})
