import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic, { APIUserAbortError, BadRequestError, NotFoundError } from '@anthropic-ai/sdk'
import { eventually } from '../support/eventually.ts'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'

let node: RunningNode
let client: Anthropic
const messages = [{ role: 'user' as const, content: 'Are you there?' }]
const known = { model: 'known-answer', max_tokens: 200, messages }
const endless = { model: 'endless', max_tokens: 1000, messages }

beforeAll(async () => {
  node = await startNode({
    models: { 'known-answer': 'known-answer', endless: 'endless', embedder: 'bert-embedding' },
  })
  client = new Anthropic({ baseURL: node.url, apiKey: 'none', maxRetries: 0 })
}, 60_000)

afterAll(() => node.stop(), 60_000)

const activeRequests = async (): Promise<number> => {
  const state = (await (await fetch(`${node.url}/models/state`)).json()) as {
    models: { activeRequests: number }[]
  }
  return state.models.reduce((sum, model) => sum + model.activeRequests, 0)
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => new Error('It did not fail.'),
    (error: unknown) => error,
  )

describe('the official anthropic client, unmodified', () => {
  test('creates a message and gets the whole answer', async () => {
    const message = await client.messages.create({ ...known, system: 'You are a node.' })
    expect(message).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'known-answer',
      content: [{ type: 'text', text: KNOWN_ANSWER }],
      stop_reason: 'end_turn',
      stop_sequence: null,
    })
    expect(message.id).toStartWith('msg_')
    expect(message.usage.output_tokens).toBeGreaterThan(5)
    expect(message._request_id).toMatch(/^[\w-]{8,}$/)
  })

  test('creates a message through its beta door too', async () => {
    const message = await client.beta.messages.create({ ...known, betas: ['context-management-2025-06-27'] })
    expect(message).toMatchObject({
      content: [{ type: 'text', text: KNOWN_ANSWER }],
      stop_reason: 'end_turn',
    })
  })

  test('streams the same answer, event by event', async () => {
    const stream = client.messages.stream(known)
    const pieces: string[] = []
    const events: string[] = []
    stream.on('text', (piece) => pieces.push(piece)).on('streamEvent', ({ type }) => events.push(type))
    const message = await stream.finalMessage()
    expect(pieces.join('')).toBe(KNOWN_ANSWER)
    expect(pieces.length).toBeGreaterThan(1)
    expect(await stream.finalText()).toBe(KNOWN_ANSWER)
    expect(message).toMatchObject({ stop_reason: 'end_turn', usage: { output_tokens: expect.any(Number) } })
    expect([events[0], events[1], ...events.slice(-3)]).toEqual([
      'message_start',
      'content_block_start',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
  })

  test('counts the tokens that a message then has', async () => {
    const asked = {
      model: 'known-answer',
      system: 'Count.',
      messages: [{ role: 'user' as const, content: 'a b c' }],
    }
    const { input_tokens } = await client.messages.countTokens(asked)
    for (const max_tokens of [1, 2]) {
      const { usage } = await client.messages.create({ ...asked, max_tokens })
      expect(usage.input_tokens + (usage.cache_read_input_tokens ?? 0)).toBe(input_tokens)
      // The second time the prompt is in the cache, and counted there.
      if (max_tokens === 2) expect(usage.cache_read_input_tokens).toBeGreaterThan(0)
    }
  })

  test('learns which stop text ended the answer, whole and streamed', async () => {
    const asked = { ...endless, stop_sequences: ['nine', ' four'] }
    const expected = {
      stop_reason: 'stop_sequence',
      stop_sequence: ' four',
      content: [{ text: 'one two three' }],
    }
    expect(await client.messages.create(asked)).toMatchObject(expected)
    expect(await client.messages.stream(asked).finalMessage()).toMatchObject(expected)
  })

  test('learns that the budget ended the answer', async () => {
    const message = await client.messages.create({ ...endless, max_tokens: 5 })
    expect(message).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 5 } })
  })

  test('aborts in mid-stream, and the engine stops', async () => {
    const stream = client.messages.stream(endless)
    stream.once('text', () => stream.abort())
    expect(await failureOf(stream.finalMessage())).toBeInstanceOf(APIUserAbortError)
    await eventually('the engine is idle again', async () => (await activeRequests()) === 0, 5000)
  })

  test('leaves the loop over raw events early, and the engine stops', async () => {
    let deltas = 0
    for await (const event of await client.messages.create({ ...endless, stream: true })) {
      if (event.type === 'content_block_delta') deltas += 1
      if (deltas === 5) break
    }
    expect(deltas).toBe(5)
    await eventually('the engine is idle again', async () => (await activeRequests()) === 0, 5000)
  })

  test('gets its own errors, typed, from the service', async () => {
    const prefill = [...messages, { role: 'assistant' as const, content: 'Yes, I' }]
    const tooLong = [{ role: 'user' as const, content: 'a '.repeat(20_000) }]
    const refusals: [object, string][] = [
      [{ messages: [] }, 'invalid_request'],
      [{ messages: prefill }, 'invalid_request'],
      [{ model: 'embedder' }, 'invalid_request'],
      [{ messages: tooLong }, 'context_length_exceeded'],
    ]
    for (const [change, errorCode] of refusals) {
      const error = await failureOf(client.messages.create({ ...known, ...change }))
      expect(error).toBeInstanceOf(BadRequestError)
      expect(error).toMatchObject({ status: 400, type: 'invalid_request_error', errorCode })
      expect((error as BadRequestError).requestID).toMatch(/^[\w-]{8,}$/)
      expect((error as BadRequestError).error).toMatchObject({
        request_id: (error as BadRequestError).requestID,
      })
    }
  })

  test('gets its own errors, typed, from the router', async () => {
    const wrongModel = await failureOf(client.messages.create({ ...known, model: 'gpt-99' }))
    expect(wrongModel).toBeInstanceOf(NotFoundError)
    expect(wrongModel).toMatchObject({ type: 'not_found_error', errorCode: 'model_not_found' })
    expect((wrongModel as NotFoundError).requestID).toMatch(/^[\w-]{8,}$/)
    const wrongRoute = await failureOf(client.messages.batches.retrieve('msgbatch_1'))
    expect(wrongRoute).toBeInstanceOf(NotFoundError)
    expect(wrongRoute).toMatchObject({ type: 'not_found_error', errorCode: 'not_found' })
  })
})

test('an engine that dies in mid-stream ends the stream in an error that the client throws', async () => {
  await client.messages.create({ ...endless, max_tokens: 1 })
  const state = (await (await fetch(`${node.url}/models/state`)).json()) as {
    models: { id: string; processId: number }[]
  }
  const { processId } = state.models.find(({ id }) => id === 'endless')!
  const stream = client.messages.stream({ ...endless, max_tokens: 4000 })
  stream.once('text', () => process.kill(processId, 'SIGKILL'))
  const error = await failureOf(stream.finalMessage())
  expect(error).toMatchObject({ type: 'api_error', errorCode: 'engine_failed' })
  expect(error).toMatchObject({ error: { request_id: expect.stringMatching(/^[\w-]{8,}$/) } })
})
