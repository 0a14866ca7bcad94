import { expect, test } from 'bun:test'
import { wireObject } from '@shared/dialects/wire-object.ts'

const nested = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)

test('an object comes back as it is, whatever is in it', () => {
  const value: unknown = JSON.parse('{"__proto__": [1], "a": {"b": null}}')
  expect<unknown>(wireObject(value, 'format')).toBe(value)
  expect<unknown>(wireObject(nested(64), 'format')).toEqual(nested(64))
})

test.each([[null], [[]], ['x'], [5], [undefined]])('%p is refused by its name', (value) => {
  const read = (): unknown => wireObject(value, 'format', 'a JSON Schema')
  expect(read).toThrow(expect.objectContaining({ code: 'invalid_request', param: 'format' }))
  expect(read).toThrow("'format': expected a JSON Schema")
})

test('what is nested too deeply to be written out again is refused', () => {
  for (const levels of [65, 40_000])
    expect(() => wireObject(nested(levels), 'format')).toThrow("'format' is nested more than 64 levels deep.")
})
