import { expect, test } from 'bun:test'
import { distinctPieces } from '../../support/gguf/distinct-pieces.ts'
import { KNOWN_ANSWER } from '../../support/gguf/known-answer-model.ts'
import { answerOf, chat, text } from './ask-engine.ts'
import type { EngineBench } from './engine-bench.ts'
import { UNICODE_ANSWER } from '../../support/gguf/unicode-model.ts'

export const describeAnswers = (bench: EngineBench): void => {
  test('a chat gets the one answer of the model, with real counts', async () => {
    const engine = await bench.engine('known-answer')
    const { finish, start, text } = await answerOf(engine, chat('Hello, who are you?'))
    expect(text).toBe(KNOWN_ANSWER)
    expect(finish).toMatchObject({ reason: 'stop', rawReason: 'eos' })
    expect(finish.usage.completionTokens).toBe(distinctPieces(KNOWN_ANSWER).length)
    expect(finish.usage.promptTokens).toBe(start.promptTokens)
    expect(finish.usage.cachedTokens).toBe(start.cachedTokens)
    expect(start.promptTokens).toBeGreaterThan(5)
  })

  test('the answer is the same at the default temperature', async () => {
    const engine = await bench.engine('known-answer')
    expect((await answerOf(engine, chat('Hello?'), { sampling: {} })).text).toBe(KNOWN_ANSWER)
  })

  test('events come in order: one start, deltas, one finish', async () => {
    const engine = await bench.engine('known-answer')
    const { deltas, events, finish } = await answerOf(engine, chat('Events?'))
    const types = events.map((event) => event.type)
    expect(types[0]).toBe('generation-start')
    expect(types.at(-1)).toBe('generation-finish')
    expect(types.slice(1, -1).every((type) => type === 'text-delta')).toBe(true)
    expect(deltas.length).toBeGreaterThan(3)
    expect(deltas.every((delta) => delta.text !== '' && delta.tokens >= 1)).toBe(true)
    expect(deltas.reduce((sum, delta) => sum + delta.tokens, 0)).toBe(finish.usage.completionTokens)
  })

  test('timings are measured', async () => {
    const engine = await bench.engine('endless')
    const startedAt = performance.now()
    const { finish } = await answerOf(engine, chat('Count.'), { maxTokens: 50 })
    const wall = performance.now() - startedAt
    expect(finish.timings.prefillMs).toBeGreaterThan(0)
    expect(finish.timings.decodeMs).toBeGreaterThan(0)
    expect(finish.timings.prefillMs + finish.timings.decodeMs).toBeLessThanOrEqual(wall + 1)
  })

  test('characters of several bytes arrive whole', async () => {
    const engine = await bench.engine('unicode')
    const { deltas, text } = await answerOf(engine, chat('Smile!'))
    expect(text).toBe(UNICODE_ANSWER)
    for (const delta of deltas) expect(delta.text.includes('\uFFFD')).toBe(false)
    expect(deltas.every((delta) => delta.text.isWellFormed())).toBe(true)
  })

  test('the token budget ends the answer', async () => {
    const engine = await bench.engine('known-answer')
    const { finish, text } = await answerOf(engine, chat('Hello?'), { maxTokens: 5 })
    expect(finish).toMatchObject({ reason: 'length', rawReason: 'max-tokens' })
    expect(finish.usage.completionTokens).toBe(5)
    expect(KNOWN_ANSWER.startsWith(text)).toBe(true)
    expect(text).not.toBe('')
    expect(text).not.toBe(KNOWN_ANSWER)
  })

  test('a budget of no tokens reads the prompt and says nothing', async () => {
    const engine = await bench.engine('known-answer')
    const { deltas, finish } = await answerOf(engine, chat('Hello?'), { maxTokens: 0 })
    expect(deltas).toEqual([])
    expect(finish).toMatchObject({ reason: 'length', rawReason: 'max-tokens' })
    expect(finish.usage.completionTokens).toBe(0)
  })

  test('a full context ends the answer, whatever the budget', async () => {
    const engine = await bench.load(await bench.card('endless'), { contextTokens: 256, slots: 1 })
    for (const maxTokens of [100_000, 230]) {
      const { finish } = await answerOf(engine, text('one two three'.repeat(10)), { maxTokens })
      const { completionTokens, promptTokens } = finish.usage
      expect(finish).toMatchObject({ reason: 'length', rawReason: 'context-full' })
      expect(promptTokens + completionTokens).toBeLessThanOrEqual(engine.contextTokens)
      expect(promptTokens + completionTokens).toBeGreaterThanOrEqual(engine.contextTokens - 2)
    }
    await engine.close()
  })
}
