import { expect, test } from 'bun:test'
import { readCompletion } from '@service/chat/engines/llama-server/read-completion.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'

// Recorded from llama-server 0.5.0 on 2026-11-21: "/completion" with stream and return_progress.
const progress = (processed: number, total = 10): object => ({
  index: 0,
  content: '',
  tokens: [0],
  stop: false,
  id_slot: -1,
  tokens_predicted: 0,
  tokens_evaluated: total,
  prompt_progress: { total, cache: 4, processed, time_ms: 12 },
})
const piece = (content: string, predicted: number): object => ({
  index: 0,
  content,
  tokens: [379],
  stop: false,
  id_slot: -1,
  tokens_predicted: predicted,
  tokens_evaluated: 10,
})
const TIMINGS = { cache_n: 4, prompt_n: 6, prompt_ms: 12.5, predicted_n: 3, predicted_ms: 30.25 }
const last = (stopType: string, predicted: number, truncated = false): object => ({
  content: '',
  stop: true,
  stop_type: stopType,
  truncated,
  timings: TIMINGS,
  tokens_predicted: predicted,
  tokens_evaluated: 10,
})

interface Watched {
  readonly events: AsyncGenerator<object>
  readonly wasLeft: () => boolean
}

const watched = (...wire: readonly object[]): Watched => {
  let wasLeft = false
  const play = async function* (): AsyncGenerator<object> {
    try {
      yield* wire
    } finally {
      wasLeft = true
    }
  }
  return { events: play(), wasLeft: () => wasLeft }
}

const read = async (
  stream: Watched,
  stop: readonly string[] = [],
  maxTokens?: number,
  logprobs?: number,
): Promise<readonly GenerationEvent[]> => {
  const events: GenerationEvent[] = []
  const limits = { stop, maxTokens, logprobs }
  for await (const event of readCompletion(stream.events, limits)) events.push(event)
  return events
}

test('the start comes when the whole prompt is in, then the pieces, then the end with counts that leave out the end of the turn', async () => {
  const stream = watched(
    progress(4),
    progress(7),
    progress(10),
    piece('Hello', 1),
    piece(' you', 2),
    last('eos', 3),
  )
  expect(await read(stream)).toEqual([
    { type: 'generation-start', promptTokens: 10, cachedTokens: 4 },
    { type: 'text-delta', text: 'Hello', tokens: 1 },
    { type: 'text-delta', text: ' you', tokens: 1 },
    {
      type: 'generation-finish',
      reason: 'stop',
      rawReason: 'eos',
      usage: { promptTokens: 10, completionTokens: 2, cachedTokens: 4 },
      timings: { prefillMs: 12.5, decodeMs: 30.25 },
    },
  ])
})

test('the start is not given before the prompt is in', async () => {
  const stream = watched(progress(4), progress(7))
  await expect(readCompletion(stream.events, { stop: [], maxTokens: undefined }).next()).rejects.toThrow(
    'without saying why',
  )
})

test.each([
  ['limit', false, 'max-tokens'],
  ['limit', true, 'context-full'],
])('an end by %s (truncated: %p) is told as %s', async (stopType, truncated, rawReason) => {
  const events = await read(watched(progress(10), piece('a', 1), last(stopType, 1, truncated)))
  expect(events.at(-1)).toMatchObject({ reason: 'length', rawReason })
})

test('a stop string ends the answer here, with the counts so far, and the stream is left', async () => {
  const stream = watched(
    progress(10),
    piece('one', 1),
    piece(' tw', 2),
    { ...piece('o three', 3), timings: TIMINGS },
    piece(' four', 4),
  )
  expect(await read(stream, ['two'])).toEqual([
    { type: 'generation-start', promptTokens: 10, cachedTokens: 4 },
    { type: 'text-delta', text: 'one', tokens: 1 },
    { type: 'text-delta', text: ' ', tokens: 1 },
    {
      type: 'generation-finish',
      reason: 'stop',
      rawReason: 'stop-string',
      stopText: 'two',
      usage: { promptTokens: 10, completionTokens: 3, cachedTokens: 4 },
      timings: { prefillMs: 12.5, decodeMs: 30.25 },
    },
  ])
  expect(stream.wasLeft()).toBe(true)
})

test('text that was kept back for a stop string comes out when the budget ends the answer', async () => {
  const events = await read(watched(progress(10), piece('one tw', 1), last('limit', 1)), ['two'])
  expect(events.filter((event) => event.type === 'text-delta').map((event) => event.text)).toEqual([
    'one ',
    'tw',
  ])
})

test('tokens without text of their own count with the next text', async () => {
  const stream = watched(progress(10), piece('', 1), piece('', 2), piece('🙂', 3), last('eos', 4))
  const deltas = (await read(stream)).filter((event) => event.type === 'text-delta')
  expect(deltas).toEqual([{ type: 'text-delta', text: '🙂', tokens: 3 }])
})

test('no tokens asked, none generated: the stream is left when the prompt is in', async () => {
  const stream = watched(progress(4), progress(10), piece('never', 1))
  expect(await read(stream, [], 0)).toEqual([
    { type: 'generation-start', promptTokens: 10, cachedTokens: 4 },
    expect.objectContaining({
      reason: 'length',
      usage: { promptTokens: 10, completionTokens: 0, cachedTokens: 4 },
    }),
  ])
  expect(stream.wasLeft()).toBe(true)
})

test('a failure within the stream is thrown', async () => {
  const failure = { error: { code: 500, message: 'Compute error.', type: 'server_error' } }
  await expect(read(watched(progress(10), failure))).rejects.toMatchObject({ code: 'engine_failed' })
})

test.each([[null], ['text'], [[1]]])(
  'an event that is no object (%p) is a failure of the engine',
  async (event) => {
    const events = (async function* (): AsyncGenerator<unknown> {
      yield event
    })()
    await expect(readCompletion(events, { stop: [], maxTokens: undefined }).next()).rejects.toBeInstanceOf(
      Fault,
    )
  },
)

const likely = (content: string, predicted: number): object => {
  const bytes = [...new TextEncoder().encode(content)]
  const chance = { id: predicted, token: content, bytes, logprob: -predicted }
  return { ...piece(content, predicted), completion_probabilities: [{ ...chance, top_logprobs: [chance] }] }
}

const toldOf = async (
  ...asked: Parameters<typeof read>
): Promise<readonly (readonly [string, readonly string[]])[]> =>
  (await read(...asked))
    .filter((event) => event.type === 'text-delta')
    .map(({ logprobs, text }) => [text, (logprobs ?? []).map((logprob) => logprob.text)])

test('probabilities come with the text in which their token begins, and the end of the answer has none', async () => {
  const stream = watched(
    progress(10),
    likely('one', 1),
    likely(' t', 2),
    likely('wo', 3),
    likely('', 4),
    last('eos', 4),
  )
  expect(await toldOf(stream, ['no', 'twenty'], undefined, 1)).toEqual([
    ['one', ['one']],
    [' ', [' t']],
    ['two', ['wo']],
  ])
})

test('a token that begins behind the end of the answer is not told', async () => {
  const stream = watched(progress(10), likely('one', 1), likely(' tw', 2), likely('o', 3))
  expect(await toldOf(stream, ['two'], undefined, 0)).toEqual([
    ['one', ['one']],
    [' ', [' tw']],
  ])
})

test('who did not ask is told of no probability', async () => {
  const events = await read(watched(progress(10), likely('one', 1), last('limit', 1)))
  expect(events[1]).not.toHaveProperty('logprobs')
})
