import { expect, test } from 'bun:test'
import { JsonCursor } from '@service/router/policy/json-cursor.ts'

const cursorAt = (text: string): JsonCursor => new JsonCursor(new TextEncoder().encode(text))

test('a value is read whole, whatever it is, and the cursor stands behind it', () => {
  for (const value of ['"a\\"b"', '{"a":[1,"]"]}', '[[],{}]', '-1.5e3', 'true', 'null', '"ü😀"']) {
    const cursor = cursorAt(`${value},`)
    expect(cursor.readValue()).toBe(value)
    expect(cursor.next()).toBe(','.charCodeAt(0))
  }
})

test('a value that does not end is none', () => {
  for (const text of ['', '"a', '{"a":1', '[1,', '12', ','])
    expect(cursorAt(text).readValue()).toBeUndefined()
})
