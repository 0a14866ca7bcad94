import { expect, test } from 'bun:test'
import type { CompletionGrammar } from '@service/chat/engines/completion-engine.ts'
import { KNOWN_ANSWER } from '../../support/gguf/known-answer-model.ts'
import { chat, faultOf, text } from '../text-engine/ask-engine.ts'
import { complete } from './complete.ts'
import type { CompletionBench } from './complete.ts'

/** An object of one number, and nothing else. */
const NUMBER_OBJECT = 'root ::= "{\\"n\\": " [0-9] [0-9]? [0-9]? "}"'

const BROKEN_GRAMMARS = {
  'a string without end': 'root ::= "a',
  'no root': 'other ::= "a"',
  'a rule that does not exist': 'root ::= missing',
  'an unknown escape': 'root ::= "\\q"',
  'a rule that begins with itself': 'root ::= root "a" | "b"',
  'no grammar at all': 'this is no grammar',
  nothing: '',
}

export const describeGrammars = (bench: CompletionBench): void => {
  const under = async (
    grammar: CompletionGrammar,
    { kind = 'random', temperature = 0 }: { kind?: 'random' | 'random-bpe'; temperature?: number } = {},
  ) => complete(await bench.engine(kind), text('Once upon'), { grammar, sampling: { temperature, seed: 3 } })

  for (const kind of ['random', 'random-bpe'] as const) {
    test(`the answer is of the grammar, and ends with it (${kind})`, async () => {
      for (const temperature of [0, 1, 2]) {
        const { finish, text: answer } = await under({ gbnf: NUMBER_OBJECT }, { kind, temperature })
        expect(answer).toMatch(/^\{"n": \d{1,3}\}$/)
        expect(finish.reason).toBe('stop')
      }
    })

    test(`characters of several bytes are written whole (${kind})`, async () => {
      const { text: answer } = await under({ gbnf: 'root ::= "Grüße 😀" [α-ω] "."' }, { kind })
      expect(answer).toMatch(/^Grüße 😀[α-ω]\.$/)
    })
  }

  test('a grammar does not change what the model would write anyway', async () => {
    const engine = await bench.engine('known-answer')
    const gbnf = `root ::= ${JSON.stringify(KNOWN_ANSWER)} | "{" [a-z]* "}"`
    expect((await complete(engine, chat('Hello?'), { grammar: { gbnf } })).text).toBe(KNOWN_ANSWER)
  })

  test('several answers at once, each under its own grammar or none', async () => {
    const engine = await bench.engine('random')
    const digits = Array.from({ length: 8 }, (_, index) => index)
    const free = (await complete(engine, text('Once upon'), { maxTokens: 20 })).text
    const texts = await Promise.all(
      digits.map(async (digit) => {
        const grammar = { gbnf: `root ::= "${digit}"{5,9}` }
        const change = digit % 2 === 0 ? { grammar } : { maxTokens: 20 }
        return (await complete(engine, text('Once upon'), change)).text
      }),
    )
    for (const digit of digits)
      if (digit % 2 === 0) expect(texts[digit]).toMatch(new RegExp(`^${digit}{5,9}$`))
    expect(free).not.toBe('')
  })

  test('the same grammar serves again and again', async () => {
    for (let round = 0; round < 20; round++)
      expect((await under({ gbnf: NUMBER_OBJECT })).text).toMatch(/^\{"n": \d{1,3}\}$/)
    for (let round = 0; round < 20; round++)
      expect((await under({ gbnf: `root ::= "round ${round}"` })).text).toBe(`round ${round}`)
  })

  for (const [what, gbnf] of Object.entries(BROKEN_GRAMMARS)) {
    test(`a broken grammar is refused by name: ${what}`, async () => {
      const fault = await faultOf(under({ gbnf }))
      expect(fault).toMatchObject({ code: 'invalid_request', param: 'grammar' })
      expect((await under({ gbnf: 'root ::= "fine"' })).text).toBe('fine')
    })
  }

  test('a lazy grammar lets the model write what it likes until its trigger comes', async () => {
    const engine = await bench.engine('known-answer')
    const never = { gbnf: 'root ::= "<call>" [0-9]+', triggers: [{ type: 'text', text: '<call>' } as const] }
    expect((await complete(engine, chat('Hello?'), { grammar: never })).text).toBe(KNOWN_ANSWER)
  })

  for (const [what, trigger] of [
    ['text', { type: 'text', text: "Skein's" }],
    ['pattern', { type: 'pattern', pattern: "I\\s+am\\s+(Skein's)" }],
  ] as const) {
    test(`a lazy grammar governs from its trigger on: a ${what}`, async () => {
      const engine = await bench.engine('known-answer')
      const grammar = { gbnf: 'root ::= "Skein\'s number is " [0-9]{3} "."', triggers: [trigger] }
      for (const temperature of [0, 1]) {
        const { finish, text: answer } = await complete(engine, chat('Hello?'), {
          grammar,
          sampling: { temperature },
        })
        expect(answer).toMatch(/^Hello! I am Skein's number is \d{3}\.$/)
        expect(finish.reason).toBe('stop')
      }
    })
  }

  test('a trigger in the middle of a token is followed by the rest of its token', async () => {
    const engine = await bench.engine('known-answer')
    const middle = KNOWN_ANSWER.indexOf('kein')
    const grammar = {
      gbnf: 'root ::= "kein\'s " [0-9]{3}',
      triggers: [{ type: 'text', text: 'kein' } as const],
    }
    const { text: answer } = await complete(engine, chat('Hello?'), { grammar })
    expect(answer.slice(0, middle)).toBe(KNOWN_ANSWER.slice(0, middle))
    expect(answer.slice(middle)).toMatch(/^kein's \d{3}$/)
  })

  for (const [what, gbnf] of Object.entries({
    'a character that no token has': 'root ::= "a\\x00"',
    'a token that is not there': 'root ::= "a" <[9999999]>',
  })) {
    test(`a grammar that leads nowhere ends the answer with its name: ${what}`, async () => {
      for (const temperature of [0, 1]) {
        const fault = await faultOf(under({ gbnf }, { temperature }))
        expect(fault).toMatchObject({ code: 'invalid_request', param: 'grammar' })
      }
      expect((await under({ gbnf: 'root ::= "fine"' })).text).toBe('fine')
    })
  }

  test('a grammar has the last word over banned tokens, and over an end that is not wished for', async () => {
    const engine = await bench.engine('random')
    const [banned = -1] = await engine.tokenize('7')
    for (const temperature of [0, 1]) {
      const { finish, text: answer } = await complete(engine, text('Once upon'), {
        grammar: { gbnf: 'root ::= "7"' },
        sampling: { temperature, logitBias: new Map([[banned, -100]]), ignoresEndOfAnswer: true },
      })
      expect(answer).toBe('7')
      expect(finish.reason).toBe('stop')
    }
  })

  test('an answer whose end is not wished for goes on', async () => {
    const engine = await bench.engine('known-answer')
    const { finish } = await complete(engine, chat('Hello?'), {
      sampling: { temperature: 0, ignoresEndOfAnswer: true },
      maxTokens: 100,
    })
    expect(finish).toMatchObject({ reason: 'length', usage: { completionTokens: 100 } })
  })
}
