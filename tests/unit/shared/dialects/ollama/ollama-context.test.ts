import { describe, expect, test } from 'bun:test'
import { decodeOllamaContext, encodeOllamaContext } from '@shared/dialects/ollama/ollama-context.ts'
import type { Message, Role } from '@shared/inference/generate-request.ts'

const turn = (role: Role, text: string): Message => ({ role, parts: [{ type: 'text', text }] })

const refused = (context: unknown): void => {
  expect(() => decodeOllamaContext(context)).toThrow(
    expect.objectContaining({ code: 'invalid_request', param: 'context' }),
  )
}

/** A context around any text, as somebody writes it who knows how. */
const forged = (text: string): number[] => {
  const [format = 0] = encodeOllamaContext([], '')
  const bytes = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 3) * 3))
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  const integers = [format, hash & 0x7fffffff]
  for (let at = 0; at < bytes.length; at += 3)
    integers.push(bytes[at]! * 65_536 + bytes[at + 1]! * 256 + bytes[at + 2]!)
  return integers
}

describe('the context of a conversation', () => {
  test.each(['', 'a', 'ab', 'abc', 'Grüße aus Köln 🦊', 'lone \ud800 surrogate', '\0\ufeff"\\'])(
    'gives back %j',
    (text) => {
      const context = encodeOllamaContext([turn('system', text), turn('user', 'hi')], text)
      expect(decodeOllamaContext(context)).toEqual([
        turn('system', text),
        turn('user', 'hi'),
        turn('assistant', text),
      ])
    },
  )

  test('is of integers that every client can hold, and too large to be tokens', () => {
    const context = encodeOllamaContext([turn('user', '\uffff'.repeat(1000))], 'ÿ')
    for (const integer of context) {
      expect(Number.isInteger(integer)).toBe(true)
      expect(integer).toBeWithin(0, 2 ** 31)
    }
    expect(context[0]).toBeGreaterThan(5_000_000)
  })

  test('keeps the text of a turn, not its image and not what was thought', () => {
    const image = {
      type: 'image',
      source: { type: 'url', url: 'https://example.org/' },
      field: 'images[0]',
    } as const
    const parts = [image, { type: 'text', text: 'What?' }] as const
    const context = encodeOllamaContext([{ role: 'user', parts }], 'A cat.')
    expect(decodeOllamaContext(context)).toEqual([turn('user', 'What?'), turn('assistant', 'A cat.')])
  })

  test('is no conversation when there is none', () => {
    for (const none of [undefined, null, []]) expect(decodeOllamaContext(none)).toEqual([])
  })
})

describe('a context that is refused', () => {
  const context = encodeOllamaContext([turn('user', 'hi')], 'Hello.')

  test('is one of another server, or of another shape', () => {
    for (const other of [[1, 2, 3], [151_644, 872], ['a'], [null], [[]], {}, 'x', 5]) refused(other)
  })

  test('was changed or cut anywhere', () => {
    for (const at of context.keys()) {
      refused(context.with(at, (context[at] ?? 0) ^ 1))
      refused(context.with(at, -1))
      refused(context.with(at, 2 ** 40))
      refused(context.with(at, 0.5))
      if (at > 0) refused(context.slice(0, at))
    }
    refused([...context, 0])
  })

  test.each([
    '',
    'null',
    '{}',
    '[["user"]]',
    '[["user","a","b"]]',
    '[["tool","x"]]',
    '[["__proto__","x"]]',
    '[["user",5]]',
    '['.repeat(100_000),
  ])('has a sound checksum around %.20s', (text) => refused(forged(text)))

  test('is not one that was forged in our own way', () => {
    expect(decodeOllamaContext(forged('[["user","hi"]]'))).toEqual([turn('user', 'hi')])
  })
})
