import { expect, test } from 'bun:test'
import type { CompletionRequest } from '@service/chat/engines/completion-engine.ts'
import type { TokenLogprob } from '@shared/inference/generation-event.ts'
import type { Sampling } from '@shared/inference/generate-request.ts'
import { KNOWN_ANSWER } from '../../support/gguf/known-answer-model.ts'
import { chat, text } from '../text-engine/ask-engine.ts'
import { UNICODE_ANSWER } from '../../support/gguf/unicode-model.ts'
import { complete } from './complete.ts'
import type { Completion, CompletionBench } from './complete.ts'

const told = ({ deltas }: Completion): readonly TokenLogprob[] =>
  deltas.flatMap(({ logprobs }) => logprobs ?? [])

const bytesOf = (logprobs: readonly TokenLogprob[]): string =>
  new TextDecoder().decode(Uint8Array.from(logprobs.flatMap(({ bytes }) => bytes)))

/** @param joinsCharacters the engine tells the tokens of one character together, as its last one */
export const describeLogprobs = (bench: CompletionBench, { joinsCharacters = false } = {}): void => {
  const ask = async (
    kind: 'random' | 'random-bpe',
    sampling: Sampling,
    change: Partial<CompletionRequest> = {},
  ) => complete(await bench.engine(kind), text('The quick brown fox'), { sampling, maxTokens: 16, ...change })

  test('nothing is told unless asked for', async () => {
    expect(told(await ask('random', { temperature: 0 }))).toEqual([])
  })

  for (const kind of ['random', 'random-bpe'] as const) {
    test(`every token is told, with its bytes and the most likely ones (${kind})`, async () => {
      const answer = await ask(kind, { temperature: 0 }, { logprobs: 5 })
      const logprobs = told(answer)
      const { completionTokens } = answer.finish.usage
      if (joinsCharacters) expect(logprobs.length).toBeWithin(completionTokens / 2, completionTokens + 1)
      else expect(logprobs.length).toBe(completionTokens)
      expect(bytesOf(logprobs)).toBe(answer.text)
      for (const { id, logprob, top } of logprobs) {
        expect(top.length).toBe(5)
        expect(top[0]).toMatchObject({ id, logprob })
        const sorted = top.map((one) => one.logprob)
        expect(sorted).toEqual(sorted.toSorted((left, right) => right - left))
        expect(sorted.every((one) => one <= 0)).toBe(true)
        expect(sorted.reduce((sum, one) => sum + Math.exp(one), 0)).toBeLessThanOrEqual(1.0001)
        expect(new Set(top.map((one) => one.id)).size).toBe(5)
      }
    })

    test(`telling does not change a greedy answer (${kind})`, async () => {
      const samplings: readonly Sampling[] = [
        { temperature: 0 },
        { temperature: 0, repeatPenalty: 1.5, frequencyPenalty: 0.5, presencePenalty: 0.5 },
        { temperature: 0, repeatPenalty: 0.8, repeatLastTokens: -1 },
        { temperature: 1, topK: 1 },
        {
          temperature: 0,
          logitBias: new Map([
            [300, 3],
            [301, -100],
          ]),
        },
      ]
      for (const sampling of samplings) {
        const plain = await ask(kind, sampling, { maxTokens: 24 })
        const telling = await ask(kind, sampling, { maxTokens: 24, logprobs: 0 })
        expect(telling.text).toBe(plain.text)
        expect(telling.finish).toMatchObject({
          reason: plain.finish.reason,
          rawReason: plain.finish.rawReason,
        })
        for (const { top } of told(telling)) expect(top).toEqual([])
      }
    })
  }

  test('the probabilities are the model’s own, whatever sampling makes of them', async () => {
    const [plain] = told(await ask('random', { temperature: 0 }, { logprobs: 20 }))
    const samplings: readonly Sampling[] = [
      { temperature: 2, topK: 0, topP: 1, minP: 0, seed: 3 },
      { temperature: 0.2, repeatPenalty: 2, seed: 3 },
    ]
    for (const sampling of samplings) {
      const [drawn] = told(await ask('random', sampling, { logprobs: 20 }))
      expect(drawn?.top.map(({ id }) => id)).toEqual(plain?.top.map(({ id }) => id))
      for (const [place, { logprob }] of (drawn?.top ?? []).entries())
        expect(logprob).toBeCloseTo(plain?.top[place]?.logprob ?? Number.NaN, 2)
    }
  })

  test('all tokens together are as likely as certain', async () => {
    const [first] = told(await ask('random', { temperature: 0 }, { logprobs: 20, maxTokens: 1 }))
    expect(first?.logprob).toBeLessThan(0)
    const engine = await bench.engine('known-answer')
    const certain = told(await complete(engine, chat('Hello?'), { logprobs: 3 }))
    for (const { logprob, top } of certain) {
      expect(logprob).toBeCloseTo(0, 3)
      expect(top[1]?.logprob).toBeLessThan(-50)
    }
    expect(bytesOf(certain)).toBe(KNOWN_ANSWER)
  })

  test('a seed reproduces the draws, without one each draw is another', async () => {
    const engine = await bench.engine('endless')
    const roll = async (seed?: number) => {
      const sampling = { temperature: 40, topK: 0, topP: 1, minP: 0, ...(seed === undefined ? {} : { seed }) }
      return (await complete(engine, chat('Roll.'), { sampling, maxTokens: 12, logprobs: 1 })).text
    }
    expect(await roll(7)).toBe(await roll(7))
    expect(await roll(8)).not.toBe(await roll(7))
    expect(new Set([await roll(), await roll(), await roll()]).size).toBe(3)
  })

  test('tokens that are a part of a character tell their bytes', async () => {
    const engine = await bench.engine('unicode')
    const answer = await complete(engine, chat('Smile?'), { logprobs: 2 })
    expect(answer.text).toBe(UNICODE_ANSWER)
    expect(bytesOf(told(answer))).toBe(UNICODE_ANSWER)
    expect(
      answer.deltas.find(({ text: piece }) => piece === '😀')?.logprobs?.map(({ bytes }) => bytes),
    ).toEqual(joinsCharacters ? [[0xf0, 0x9f, 0x98, 0x80]] : [[0xf0], [0x9f], [0x98], [0x80]])
  })

  test('an answer under a grammar tells what the model thought', async () => {
    for (const temperature of [0, 1]) {
      const answer = await ask(
        'random',
        { temperature, seed: 5 },
        {
          grammar: { gbnf: 'root ::= "{\\"n\\": " [0-9] [0-9] "}"' },
          logprobs: 3,
        },
      )
      expect(answer.text).toMatch(/^\{"n": \d\d\}$/)
      expect(answer.finish.reason).toBe('stop')
      expect(bytesOf(told(answer))).toBe(answer.text)
      const [first] = told(answer)
      expect(first?.logprob).toBeLessThanOrEqual(first?.top[0]?.logprob ?? 0)
    }
  })

  test('what a stop string cuts off is not told', async () => {
    const engine = await bench.engine('known-answer')
    const answer = await complete(engine, chat('Hello?'), { logprobs: 1, stop: ['built'] })
    expect(answer.finish.stopText).toBe('built')
    expect(bytesOf(told(answer)).startsWith(answer.text.trimEnd())).toBe(true)
    expect(bytesOf(told(answer)).length).toBeLessThan(KNOWN_ANSWER.indexOf('model'))
  })

  test('answers that tell and answers that do not go beside each other', async () => {
    const engine = await bench.engine('known-answer')
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        complete(engine, chat(`Hello ${index}?`), index % 2 === 0 ? { logprobs: 2 } : {}),
      ),
    )
    expect(answers.map(({ text: said }) => said)).toEqual(answers.map(() => KNOWN_ANSWER))
    expect(answers.map((answer) => told(answer).length > 0)).toEqual(
      answers.map((_, index) => index % 2 === 0),
    )
  })
}
