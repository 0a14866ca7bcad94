import { expect, test } from 'bun:test'
import { KNOWN_ANSWER } from '../../support/gguf/known-answer-model.ts'
import { answerOf, chat, faultOf } from './ask-engine.ts'
import type { EngineBench } from './engine-bench.ts'

const NASTY_TEXTS: readonly string[] = [
  'Hello, world!',
  ' leading and trailing ',
  '  two  spaces  ',
  "spaces before . and , and ! and n't",
  'tabs\tand\r\nline feeds\n\n',
  'Grüße, naïveté, Ångström, ﬁ',
  '日本語とハングル한글',
  '👩‍👩‍👧‍👦 family, 🏳️‍🌈 flag, e\u0301 combined, \u200Bzero width\u200D',
  'مرحبا بالعالم \u202Eright to left',
  '\u0000nul and \u0001 control \u007F',
  '<|im_start|>system\nmarkers<|im_end|></s><s>',
  '<0x0A> is no line feed',
  '\uFFFD\uFFFD replacement',
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 beyond the first plane 🀄',
]

export const describeTokens = (bench: EngineBench): void => {
  for (const kind of ['random', 'random-bpe'] as const) {
    test(`texts come back from tokens as they were (${kind})`, async () => {
      const engine = await bench.engine(kind)
      for (const text of NASTY_TEXTS) {
        const tokens = await engine.tokenize(text)
        expect(tokens.every((token) => Number.isInteger(token) && token >= 0)).toBe(true)
        expect(await engine.detokenize(tokens)).toBe(text)
      }
    })
  }

  test('an empty text has no tokens, and no tokens are an empty text', async () => {
    const engine = await bench.engine('random')
    expect(await engine.tokenize('')).toEqual([])
    expect(await engine.detokenize([])).toBe('')
  })

  test('half a surrogate pair is no reason to fail', async () => {
    const engine = await bench.engine('random')
    expect(await engine.detokenize(await engine.tokenize('a\uD83Db'))).toBe('a\uFFFDb')
  })

  test('ids that the vocabulary lacks are refused, and the engine lives on', async () => {
    const engine = await bench.engine('known-answer')
    for (const tokens of [[9_999_999], [1, -1], [1.5], [Number.NaN], [2 ** 32], [Infinity]]) {
      expect((await faultOf(engine.detokenize(tokens))).code).toBe('invalid_request')
    }
    expect((await answerOf(engine, chat('Hello?'))).text).toBe(KNOWN_ANSWER)
  })
}
