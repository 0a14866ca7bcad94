import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import OpenAI, { APIError, BadRequestError, NotFoundError } from 'openai'
import type { ResponseStreamEvent } from 'openai/resources/responses/responses'
import { eventually } from '../support/eventually.ts'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'

let node: RunningNode
let client: OpenAI
const model = 'known-answer'
const input = 'Are you there?'

beforeAll(async () => {
  node = await startNode({ models: { 'known-answer': 'known-answer', endless: 'endless' } })
  client = new OpenAI({ baseURL: `${node.url}/v1`, apiKey: 'none', maxRetries: 0 })
}, 60_000)

afterAll(() => node.stop(), 60_000)

const statusOf = async (id: string): Promise<string | undefined> =>
  (await client.responses.retrieve(id)).status

const collect = async (stream: AsyncIterable<ResponseStreamEvent>): Promise<ResponseStreamEvent[]> => {
  const events: ResponseStreamEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

describe('the official openai client, unmodified, and the Responses API', () => {
  test('creates a response and finds it again', async () => {
    const response = await client.responses.create({ model, input, temperature: 0 })
    expect(response.output_text).toBe(KNOWN_ANSWER)
    expect(response).toMatchObject({ status: 'completed', object: 'response', error: null })
    expect(response.usage?.output_tokens).toBeGreaterThan(5)
    const { output_text: _, ...stored } = await client.responses.retrieve(response.id)
    expect(response).toMatchObject(stored)
  })

  test('streams the same text, with the helper that checks every event', async () => {
    const stream = client.responses.stream({ model, input, temperature: 0 })
    let text = ''
    stream.on('response.output_text.delta', ({ delta }) => {
      text += delta
    })
    const final = await stream.finalResponse()
    expect([text, final.output_text]).toEqual([KNOWN_ANSWER, KNOWN_ANSWER])
  })

  test('follows a response again from any of its events on', async () => {
    const told = await collect(await client.responses.create({ model, input, temperature: 0, stream: true }))
    const first = told[0]
    const id = first?.type === 'response.created' ? first.response.id : ''
    const rest = await collect(await client.responses.retrieve(id, { stream: true, starting_after: 4 }))
    expect(rest).toEqual(told.slice(5))
    const replayed = client.responses.stream({ response_id: id })
    expect((await replayed.finalResponse()).output_text).toBe(KNOWN_ANSWER)
  })

  test('goes on from a response, and lists what the next one was made from', async () => {
    const first = await client.responses.create({ model, input, temperature: 0 })
    const next = await client.responses.create({ model, input: 'And now?', previous_response_id: first.id })
    const items: string[] = []
    for await (const item of client.responses.inputItems.list(next.id, { order: 'asc', limit: 2 }))
      items.push(item.type)
    expect(items).toEqual(['message', 'message', 'message'])
    expect(next.usage!.input_tokens).toBeGreaterThan(first.usage!.input_tokens)
  })

  test('polls a response in the background until it is done', async () => {
    const queued = await client.responses.create({ model, input, temperature: 0, background: true })
    expect(queued.status).toBe('queued')
    await eventually('it is done', async () => (await statusOf(queued.id)) === 'completed')
    expect((await client.responses.retrieve(queued.id)).output_text).toBe(KNOWN_ANSWER)
  })

  test('leaves one in the background, comes back, and cancels it', async () => {
    const stream = await client.responses.create({ model: 'endless', input, background: true, stream: true })
    let id = ''
    let last = -1
    for await (const event of stream) {
      if (event.type === 'response.created') id = event.response.id
      if ('sequence_number' in event) last = event.sequence_number
      if (event.type === 'response.output_text.delta') break
    }
    expect(await statusOf(id)).toBe('in_progress')
    const again = await client.responses.retrieve(id, { stream: true, starting_after: last })
    const seen: number[] = []
    for await (const event of again) {
      if ('sequence_number' in event) seen.push(event.sequence_number)
      if (seen.length === 5) await client.responses.cancel(id)
    }
    expect(seen).toEqual(seen.map((_, index) => last + 1 + index))
    expect(await statusOf(id)).toBe('cancelled')
    expect((await client.responses.cancel(id)).status).toBe('cancelled')
  })

  test('deletes a response, which then is not found', async () => {
    const { id } = await client.responses.create({ model, input, max_output_tokens: 2 })
    await client.responses.delete(id)
    expect(await client.responses.retrieve(id).catch((error: unknown) => error)).toBeInstanceOf(NotFoundError)
  })

  test('counts the tokens of an input', async () => {
    const counted = await client.responses.inputTokens.count({ model, input })
    const response = await client.responses.create({ model, input, max_output_tokens: 1 })
    expect(counted.input_tokens).toBe(response.usage!.input_tokens)
  })

  test('gets its own errors, typed', async () => {
    const ask = (body: object): Promise<unknown> =>
      client.responses.create({ model, input, ...body }).catch((error: unknown) => error)
    expect(await ask({ model: 'gpt-99' })).toBeInstanceOf(NotFoundError)
    expect(await ask({ previous_response_id: 'resp_x' })).toMatchObject({
      status: 404,
      code: 'previous_response_not_found',
    })
    expect(await ask({ tools: [{ type: 'web_search' }] })).toBeInstanceOf(BadRequestError)
    expect(await ask({ background: true, store: false })).toMatchObject({ status: 400, param: 'background' })
    const { id } = await client.responses.create({ model, input, max_output_tokens: 1 })
    const follow = client.responses.retrieve(id, { stream: true })
    expect(await follow.catch((error: unknown) => error)).toMatchObject({ status: 400, param: 'stream' })
  })

  test('finds its responses again after a restart; what was being written has failed', async () => {
    const before = await client.responses.create({ model, input, temperature: 0, stream: true })
    const told = await collect(before)
    const done = told.at(-1)
    const id = done?.type === 'response.completed' ? done.response.id : ''
    const running = await client.responses.create({ model: 'endless', input, background: true })
    await eventually('it is at work', async () => (await statusOf(running.id)) === 'in_progress')
    const processId = await node.serviceProcessId('chat')
    process.kill(processId, 'SIGKILL')
    await eventually('the service is back', async () => {
      const status = await statusOf(id).catch((error: unknown) =>
        error instanceof APIError ? undefined : 'odd',
      )
      return status === 'completed' && (await node.serviceProcessId('chat')) !== processId
    })
    expect(await collect(await client.responses.retrieve(id, { stream: true }))).toEqual(told)
    const failed = await client.responses.retrieve(running.id)
    expect([failed.status, failed.error?.code]).toEqual(['failed', 'server_error'])
    expect(statSync(join(node.home, 'state', 'chat.sqlite')).mode & 0o777).toBe(0o600)
    const next = await client.responses.create({
      model,
      input,
      previous_response_id: id,
      max_output_tokens: 1,
    })
    expect(next.previous_response_id).toBe(id)
  }, 30_000)

  test('speaks over a WebSocket through the router, several turns on one', async () => {
    const socket = new WebSocket(`${node.url.replace('http', 'ws')}/v1/responses`)
    const events: ResponseStreamEvent[] = []
    socket.addEventListener('message', ({ data }) => void events.push(JSON.parse(String(data))))
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    const turn = async (body: object): Promise<string> => {
      events.length = 0
      socket.send(JSON.stringify({ type: 'response.create', model, temperature: 0, store: false, ...body }))
      await eventually('the turn is over', () => events.at(-1)?.type === 'response.completed')
      const last = events.at(-1)
      return last?.type === 'response.completed' ? last.response.id : ''
    }
    const first = await turn({ input })
    expect(events.map((event) => ('delta' in event ? event.delta : '')).join('')).toBe(KNOWN_ANSWER)
    const second = await turn({ input, previous_response_id: first })
    expect(second).not.toBe(first)
    socket.close()
  })
})
