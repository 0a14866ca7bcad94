import { expect, test } from 'bun:test'
import { collectGeneration } from '@shared/inference/collect-generation.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'

const usage = { promptTokens: 1, completionTokens: 2, cachedTokens: 0 }
const timings = { prefillMs: 1, decodeMs: 2 }

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
  expect(generation).toEqual({ text: 'ab', reason: 'stop', usage, timings })
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
  expect(generation).toEqual({ text: 'a', reason: 'stop', stopText: 'END', usage, timings })
})

test('fails when the stream ends without a finish', async () => {
  const fault = await collectGeneration(stream([{ type: 'text-delta', text: 'a', tokens: 1 }])).catch(
    (error: unknown) => error,
  )
  expect(fault).toMatchObject({ code: 'engine_failed' })
})
