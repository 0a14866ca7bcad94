import { expect, test } from 'bun:test'
import { COMMA, JsonCursor } from '@service/router/policy/json-cursor.ts'
import { assert, constantFrom, property, string } from 'fast-check'

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

test('strings end where they end, however many quotes and backslashes they have', () => {
  const text = string({ unit: constantFrom('"', '\\', 'a', '\n', 'é'), maxLength: 300 })
  assert(
    property(text, text, (value, after) => {
      const cursor = new JsonCursor(Buffer.from(`${JSON.stringify(value)} , ${JSON.stringify(after)}`))
      expect(cursor.skipValue()).toBe(true)
      expect(cursor.next()).toBe(COMMA)
      cursor.next()
      expect(cursor.readString()).toBe(after)
    }),
  )
})
