import { expect, test } from 'bun:test'
import { KNOWN_ANSWER } from '../../support/gguf/known-answer-model.ts'
import { answerOf, chat, text } from './ask-engine.ts'
import type { DriverTraits } from './driver-traits.ts'
import type { EngineBench } from './engine-bench.ts'

export const describeProbabilities = (bench: EngineBench, { samples }: DriverTraits): void => {
  test('the tokens of a chat’s answer are told, with the most likely ones of each place', async () => {
    const engine = await bench.engine('known-answer')
    const { deltas, text: answer } = await answerOf(engine, chat('Hello?'), { logprobs: 2 })
    expect(answer).toBe(KNOWN_ANSWER)
    const told = deltas.flatMap(({ logprobs }) => logprobs ?? [])
    expect(told.map((token) => token.text).join('')).toBe(KNOWN_ANSWER)
    for (const { id, logprob, top } of told) {
      expect(logprob).toBeCloseTo(0, 3)
      expect(top.map((one) => one.id)[0]).toBe(id)
      expect(top.length).toBe(2)
    }
  })

  test('as many others are told as were asked for', async () => {
    const engine = await bench.engine('known-answer')
    for (const logprobs of [0, 1, 2]) {
      const { deltas } = await answerOf(engine, chat('Hello?'), { logprobs, maxTokens: 3 })
      const told = deltas.flatMap((delta) => delta.logprobs ?? [])
      expect(told.map(({ top }) => top.length)).toEqual(told.map(() => logprobs))
      expect(told.length).toBe(3)
    }
  })

  test.skipIf(!samples)('random weights are sure of nothing', async () => {
    const engine = await bench.engine('random')
    const { deltas } = await answerOf(engine, text('The quick brown fox'), { logprobs: 20 })
    for (const { logprob, top } of deltas.flatMap(({ logprobs }) => logprobs ?? [])) {
      expect(logprob).toBeLessThan(0)
      expect(top[0]?.logprob).toBeCloseTo(logprob, 6)
      const sum = top.reduce((total, one) => total + Math.exp(one.logprob), 0)
      expect(sum).toBeLessThanOrEqual(1.0001)
    }
  })
}
