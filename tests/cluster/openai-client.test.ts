import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import OpenAI, { BadRequestError, NotFoundError } from 'openai'
import { eventually } from '../support/eventually.ts'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'

let node: RunningNode
let client: OpenAI
const messages = [{ role: 'user' as const, content: 'Are you there?' }]

const parameters = {
  type: 'object' as const,
  properties: { city: { type: 'string', enum: ['Rome', 'Oslo'] } },
  required: ['city'],
  additionalProperties: false,
}
const weather = { type: 'function' as const, function: { name: 'weather', description: '', parameters } }
const calling = {
  model: 'random',
  messages,
  tools: [weather],
  tool_choice: 'required' as const,
  parallel_tool_calls: false,
  max_tokens: 500,
  seed: 1,
}

beforeAll(async () => {
  node = await startNode({
    models: {
      'known-answer': 'known-answer',
      endless: 'endless',
      embedder: 'bert-embedding',
      random: 'random-bpe',
    },
  })
  client = new OpenAI({ baseURL: `${node.url}/v1`, apiKey: 'none', maxRetries: 0 })
}, 60_000)

afterAll(() => node.stop(), 60_000)

const activeRequests = async (): Promise<number> => {
  const state = (await (await fetch(`${node.url}/models/state`)).json()) as {
    models: { activeRequests: number }[]
  }
  return state.models.reduce((sum, model) => sum + model.activeRequests, 0)
}

describe('the official openai client, unmodified', () => {
  test('lists the models and finds one', async () => {
    const { data } = await client.models.list()
    expect(data.map(({ id }) => id).toSorted()).toEqual(['embedder', 'endless', 'known-answer', 'random'])
    expect((await client.models.retrieve('known-answer')).object).toBe('model')
    expect(await client.models.retrieve('nope').catch((error: unknown) => error)).toMatchObject({
      status: 404,
    })
  })

  test('chats and gets the whole answer', async () => {
    const reply = await client.chat.completions.create({ model: 'known-answer', messages })
    expect(reply.choices[0]?.message.content).toBe(KNOWN_ANSWER)
    expect(reply.choices[0]?.finish_reason).toBe('stop')
    expect(reply.usage?.completion_tokens).toBeGreaterThan(5)
  })

  test('streams the same answer with its usage', async () => {
    const stream = await client.chat.completions.create({
      model: 'known-answer',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let total = 0
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      total = chunk.usage?.total_tokens ?? total
    }
    expect(text).toBe(KNOWN_ANSWER)
    expect(total).toBeGreaterThan(10)
  })

  test('completes a text up to its budget', async () => {
    const reply = await client.completions.create({
      model: 'endless',
      prompt: ' one',
      max_tokens: 5,
      temperature: 0,
    })
    expect(reply.choices[0]?.finish_reason).toBe('length')
    expect(reply.usage?.completion_tokens).toBe(5)
  })

  test('embeds, as the client asks (base64) and as floats', async () => {
    const encoded = await client.embeddings.create({ model: 'embedder', input: ['hello', 'world'] })
    const floats = await client.embeddings.create({
      model: 'embedder',
      input: 'hello',
      encoding_format: 'float',
    })
    expect(encoded.data).toHaveLength(2)
    const length = Math.hypot(...(floats.data[0]?.embedding ?? []))
    expect(length).toBeCloseTo(1, 4)
    expect(encoded.data[0]?.embedding[0]).toBeCloseTo(floats.data[0]?.embedding[0] ?? Number.NaN, 5)
  })

  test('gets a call whose arguments fit the schema, from a model that writes at random', async () => {
    const { choices } = await client.chat.completions.create(calling)
    const [call] = choices[0]?.message.tool_calls ?? []
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    if (call?.type !== 'function') throw new Error('There is no call of a function.')
    expect(call.function.name).toBe('weather')
    expect(['Rome', 'Oslo']).toContain(JSON.parse(call.function.arguments).city)
  })

  test('puts such a call together from a stream', async () => {
    const { choices } = await client.chat.completions.stream(calling).finalChatCompletion()
    const calls = choices[0]?.message.tool_calls ?? []
    expect(calls).toHaveLength(1)
    if (calls[0]?.type !== 'function') throw new Error('There is no call of a function.')
    expect(['Rome', 'Oslo']).toContain(JSON.parse(calls[0].function.arguments).city)
  })

  test('runs such calls and tells their results', async () => {
    const cities: string[] = []
    const answer = ({ city }: { city: string }): string => {
      cities.push(city)
      return 'Sunny.'
    }
    const runnable = { ...weather.function, parse: JSON.parse, function: answer }
    const runner = client.chat.completions.runTools(
      { ...calling, tools: [{ type: 'function', function: runnable }] },
      { maxChatCompletions: 2 },
    )
    await runner.done()
    expect(cities).toHaveLength(2)
    expect(runner.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant',
      'tool',
    ])
  })

  test('parses an object of a schema', async () => {
    const { choices } = await client.chat.completions.parse({
      model: 'random',
      messages,
      max_tokens: 500,
      seed: 1,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'city', schema: parameters, strict: true },
      },
    })
    // Without a library for schemas the client parses to whatever the JSON is.
    expect([{ city: 'Rome' }, { city: 'Oslo' }]).toContainEqual(choices[0]?.message.parsed as never)
  })

  test('cancels in mid-stream, and the engine stops', async () => {
    const stream = await client.chat.completions.create({ model: 'endless', messages, stream: true })
    let chunks = 0
    for await (const chunk of stream) {
      expect(chunk.object).toBe('chat.completion.chunk')
      chunks += 1
      if (chunks === 5) stream.controller.abort()
    }
    await eventually('the engine is idle again', async () => (await activeRequests()) === 0, 5000)
  })

  test('is told by the field what this model or its engine cannot do', async () => {
    const image = { type: 'image_url' as const, image_url: { url: 'https://example.com/a.png' } }
    const seeing = client.chat.completions.create({
      model: 'known-answer',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, image] }],
    })
    expect(await seeing.catch((error: unknown) => error)).toMatchObject({
      status: 400,
      code: 'invalid_request',
      param: 'messages[0].content[1]',
    })
    const filling = client.completions.create({ model: 'known-answer', prompt: 'a(', suffix: ')' })
    expect(await filling.catch((error: unknown) => error)).toMatchObject({ status: 400, param: 'suffix' })
    const judging = client.moderations.create({ input: 'hi' })
    expect(await judging.catch((error: unknown) => error)).toMatchObject({
      status: 501,
      code: 'not_supported',
    })
  })

  test('gets its own errors, typed', async () => {
    const wrongModel = client.chat.completions.create({ model: 'gpt-99', messages })
    expect(await wrongModel.catch((error: unknown) => error)).toBeInstanceOf(NotFoundError)
    const wrongBody = client.chat.completions.create({ model: 'known-answer', messages: [] })
    expect(await wrongBody.catch((error: unknown) => error)).toBeInstanceOf(BadRequestError)
    const embedder = client.chat.completions.create({ model: 'embedder', messages })
    expect(await embedder.catch((error: unknown) => error)).toMatchObject({ status: 400 })
  })
})
