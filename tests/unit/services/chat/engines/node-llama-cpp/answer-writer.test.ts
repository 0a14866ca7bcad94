import { expect, test } from 'bun:test'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import { createGeneratedText } from '../../../../../../services/chat/engines/node-llama-cpp/generated-text.ts'
import { AnswerWriter } from '../../../../../../services/chat/engines/node-llama-cpp/answer-writer.ts'
import type { AnswerLimits } from '../../../../../../services/chat/engines/node-llama-cpp/answer-writer.ts'
import { createEventReader } from '../../../../../../services/chat/engines/node-llama-cpp/event-reader.ts'

const letters = (tokens: readonly number[]): string => String.fromCharCode(...tokens)

const write = (text: string, change: Partial<AnswerLimits> = {}, stops: readonly string[] = []) => {
  const events: GenerationEvent[] = []
  const reader = createEventReader((event) => events.push(event))
  const limits = { promptTokens: 10, cachedTokens: 4, maxTokens: undefined, contextTokens: 100, ...change }
  const generated = createGeneratedText({ detokenize: letters, before: [], stops })
  const writer = new AnswerWriter(limits, generated, reader, performance.now())
  let isOver = writer.start()
  let taken = 0
  while (!isOver && taken < text.length) isOver = writer.take(text.charCodeAt(taken++))
  if (!isOver) writer.end()
  const finish = events.at(-1)
  if (finish?.type !== 'generation-finish') throw new Error('No finish.')
  const sent = events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []))
  return { events, sent, taken, reason: [finish.reason, finish.rawReason], usage: finish.usage }
}

test('an answer that the model ends', () => {
  const { events, reason, sent, usage } = write('abc')
  expect(events[0]).toEqual({ type: 'generation-start', promptTokens: 10, cachedTokens: 4 })
  expect(sent).toEqual(['a', 'b', 'c'])
  expect(reason).toEqual(['stop', 'eos'])
  expect(usage).toEqual({ promptTokens: 10, completionTokens: 3, cachedTokens: 4 })
})

test('the budget ends it', () => {
  expect(write('abcdef', { maxTokens: 3 })).toMatchObject({ taken: 3, reason: ['length', 'max-tokens'] })
  expect(write('abc', { maxTokens: 0 })).toMatchObject({
    taken: 0,
    sent: [],
    reason: ['length', 'max-tokens'],
  })
})

test('the full context ends it: prompt and answer fill it to the last token', () => {
  expect(write('abcdef', { contextTokens: 14 })).toMatchObject({
    taken: 4,
    reason: ['length', 'context-full'],
  })
})

test('a stop string ends it, and its tokens count', () => {
  const { reason, sent, usage } = write('one two', {}, ['e t'])
  expect(sent.join('')).toBe('on')
  expect(reason).toEqual(['stop', 'stop-string'])
  expect(usage.completionTokens).toBe(5)
})

test('what was kept back goes out at the end, with its tokens', () => {
  const { events, sent } = write('abcd', { maxTokens: 4 }, ['cdx'])
  expect(sent).toEqual(['a', 'b', 'cd'])
  const tokens = events.flatMap((event) => (event.type === 'text-delta' ? [event.tokens] : []))
  expect(tokens).toEqual([1, 1, 2])
})

test('what the model thought of a token goes with the text in which it begins', () => {
  const events: GenerationEvent[] = []
  const reader = createEventReader((event) => events.push(event))
  const limits = { promptTokens: 1, cachedTokens: 0, maxTokens: undefined, contextTokens: 100 }
  const generated = createGeneratedText({ detokenize: letters, before: [], stops: ['cd!', 'ef'] })
  const writer = new AnswerWriter(limits, generated, reader, performance.now())
  writer.start()
  for (const text of 'abcdef')
    writer.take(text.charCodeAt(0), { id: text.charCodeAt(0), text, bytes: [], logprob: -1, top: [] })
  const told = events.flatMap((event) =>
    event.type === 'text-delta' ? [[event.text, event.logprobs?.map((one) => one.text).join('')]] : [],
  )
  expect(told).toEqual([
    ['a', 'a'],
    ['b', 'b'],
    ['cd', 'cd'],
  ])
})
