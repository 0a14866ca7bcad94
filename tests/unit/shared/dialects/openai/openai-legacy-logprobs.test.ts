import { describe, expect, test } from 'bun:test'
import { createLegacyLogprobs } from '@shared/dialects/openai/openai-legacy-logprobs.ts'
import type { TokenChance, TokenLogprob } from '@shared/inference/generation-event.ts'

const chance = (bytes: readonly number[], logprob = -1): TokenChance => ({
  id: 0,
  text: new TextDecoder().decode(Uint8Array.from(bytes)),
  bytes,
  logprob,
})
const token = (bytes: readonly number[], top: readonly TokenChance[] = []): TokenLogprob => ({
  ...chance(bytes),
  top,
})
const bytesOf = (text: string): readonly number[] => [...new TextEncoder().encode(text)]

describe('the logprobs of a text completion', () => {
  test('count characters, also where a token ends within one', () => {
    const [first = 0, ...rest] = bytesOf('🙂')
    const told = createLegacyLogprobs()([
      token(bytesOf('é')),
      token([first]),
      token(rest),
      token(bytesOf('!')),
    ])
    expect(told?.text_offset).toEqual([0, 1, 1, 2])
    expect(told?.tokens).toEqual(['é', 'bytes:\\xf0', 'bytes:\\x9f\\x99\\x82', '!'])
  })

  test('go on where the piece before ended', () => {
    const tell = createLegacyLogprobs()
    tell([token(bytesOf('Once'))])
    expect(tell([token(bytesOf(' upon'))])?.text_offset).toEqual([4])
  })

  test('name the token that was drawn, also when it was not among the most likely', () => {
    const told = createLegacyLogprobs()([token(bytesOf('b'), [chance(bytesOf('a'), -0.5)])])
    expect(told?.top_logprobs).toEqual([{ a: -0.5, b: -1 }])
  })

  test('have a number for what is out of the question, and keep every name', () => {
    const told = createLegacyLogprobs()([
      token(bytesOf('b'), [chance(bytesOf('__proto__'), Number.NEGATIVE_INFINITY)]),
    ])
    expect(JSON.stringify(told?.top_logprobs)).toBe('[{"__proto__":-9999,"b":-1}]')
  })

  test('are null where none were told', () => {
    expect(createLegacyLogprobs()(undefined)).toBeNull()
  })
})
