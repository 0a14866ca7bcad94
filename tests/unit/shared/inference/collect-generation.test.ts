import { expect, test } from 'bun:test'
import { collectGeneration } from '@shared/inference/collect-generation.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'

const usage = { promptTokens: 1, completionTokens: 2, cachedTokens: 0 }
const timings = { prefillMs: 1, decodeMs: 2 }
const nothing = { reasoning: '', toolCalls: [], toolResults: [] }

async function* stream(events: readonly GenerationEvent[]): AsyncGenerator<GenerationEvent> {
  yield* events
}

test('puts the pieces together', async () => {
  const generation = await collectGeneration(
    stream([
      { type: 'generation-start', promptTokens: 1, cachedTokens: 0 },
      { type: 'text-delta', text: 'a', tokens: 1 },
      { type: 'text-delta', text: 'b', tokens: 1 },
      { type: 'generation-finish', reason: 'stop', rawReason: 'eos', usage, timings },
    ]),
  )
  expect(generation).toEqual({ ...nothing, text: 'ab', reason: 'stop', rawReason: 'eos', usage, timings })
})

test('tells the stop text that ended it', async () => {
  const generation = await collectGeneration(
    stream([
      { type: 'text-delta', text: 'a', tokens: 1 },
      {
        type: 'generation-finish',
        reason: 'stop',
        rawReason: 'stop-string',
        stopText: 'END',
        usage,
        timings,
      },
    ]),
  )
  expect(generation).toEqual({
    ...nothing,
    text: 'a',
    reason: 'stop',
    rawReason: 'stop-string',
    stopText: 'END',
    usage,
    timings,
  })
})

test('keeps reasoning, calls, results of tools and probabilities apart', async () => {
  const call = { id: 'c0', name: 'add', arguments: '{"a":1}' }
  const result = { call: { ...call, id: 's0' }, output: '2', isError: false }
  const logprob = { id: 7, text: 'ok', bytes: [111, 107], logprob: -0.5, top: [] }
  const generation = await collectGeneration(
    stream([
      { type: 'generation-start', promptTokens: 1, cachedTokens: 0 },
      { type: 'reasoning-delta', text: 'hm', tokens: 1 },
      { type: 'tool-result', result },
      { type: 'text-delta', text: 'ok', tokens: 1, logprobs: [logprob] },
      { type: 'tool-call-start', index: 0, id: 'c0', name: 'add', tokens: 1 },
      { type: 'tool-call-delta', index: 0, text: '{"a"', tokens: 1 },
      { type: 'tool-call-delta', index: 0, text: ':1}', tokens: 1 },
      { type: 'tool-call-end', index: 0 },
      { type: 'generation-finish', reason: 'tool-calls', rawReason: 'tool-calls', usage, timings },
    ]),
  )
  expect(generation).toMatchObject({
    text: 'ok',
    reasoning: 'hm',
    toolCalls: [call],
    toolResults: [result],
    logprobs: [logprob],
    reason: 'tool-calls',
  })
})

test('fails when the stream ends without a finish', async () => {
  const fault = await collectGeneration(stream([{ type: 'text-delta', text: 'a', tokens: 1 }])).catch(
    (error: unknown) => error,
  )
  expect(fault).toMatchObject({ code: 'engine_failed' })
})
