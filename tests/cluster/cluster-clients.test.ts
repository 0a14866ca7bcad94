import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { Ollama } from 'ollama'
import OpenAI, { NotFoundError } from 'openai'
import { openRealCluster } from '../support/cluster-load/real-cluster.ts'
import type { RealCluster } from '../support/cluster-load/real-cluster.ts'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'

const LONG = 90_000
const model = 'known-answer'
const messages = [{ role: 'user' as const, content: 'Are you there?' }]
const parameters = {
  type: 'object' as const,
  properties: { city: { type: 'string', enum: ['Rome', 'Oslo'] } },
  required: ['city'],
  additionalProperties: false,
}
const CITY = expect.stringMatching(/^(Rome|Oslo)$/)

let cluster: RealCluster
let url: string
/** What the clients know has no model at all. */
beforeAll(async () => {
  const environment = { SKEIN_LOG_LEVEL: 'warn' }
  cluster = await openRealCluster([
    { name: 'door', environment },
    { name: 'desk', environment, models: { [model]: 'known-answer', random: 'random-bpe' } },
    { name: 'attic', environment, models: { embedder: 'bert-embedding' } },
  ])
  url = cluster.node('door').url
}, LONG)
afterAll(() => cluster?.stop(), LONG)

describe('through a node without any model, the official openai client', () => {
  const client = () => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 })

  test('lists what the others have, chats and streams', async () => {
    const { data } = await client().models.list()
    expect(data.map(({ id }) => id).toSorted()).toEqual(['embedder', model, 'random'])
    const whole = await client().chat.completions.create({ model, messages })
    expect(whole.choices[0]?.message.content).toBe(KNOWN_ANSWER)
    let text = ''
    for await (const chunk of await client().chat.completions.create({ model, messages, stream: true }))
      text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe(KNOWN_ANSWER)
    const response = await client().responses.create({ model, input: 'Are you there?' })
    expect(response.output_text).toBe(KNOWN_ANSWER)
  })

  test('calls tools, embeds, and is told of a model that nobody has', async () => {
    const called = await client().chat.completions.create({
      model: 'random',
      messages,
      tools: [{ type: 'function', function: { name: 'weather', description: '', parameters } }],
      tool_choice: 'required',
      parallel_tool_calls: false,
      max_tokens: 500,
      seed: 1,
    })
    const [call] = called.choices[0]?.message.tool_calls ?? []
    expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual({ city: CITY })
    const { data } = await client().embeddings.create({ model: 'embedder', input: ['hello', 'world'] })
    expect(data.map(({ embedding }) => embedding.length)).toEqual([64, 64])
    const nobody = await client()
      .chat.completions.create({ model: 'nobody', messages })
      .catch((error: unknown) => error)
    expect(nobody).toBeInstanceOf(NotFoundError)
    expect(String(nobody)).toContain('skein pull nobody')
  })
})

describe('through a node without any model, the official anthropic client', () => {
  const client = () => new Anthropic({ baseURL: url, apiKey: 'none', maxRetries: 0 })

  test('creates, streams, counts tokens and calls tools', async () => {
    const known = { model, max_tokens: 200, messages }
    expect((await client().messages.create(known)).content).toMatchObject([
      { type: 'text', text: KNOWN_ANSWER },
    ])
    expect(await client().messages.stream(known).finalText()).toBe(KNOWN_ANSWER)
    expect((await client().messages.countTokens({ model, messages })).input_tokens).toBeGreaterThan(3)
    const called = await client().messages.create({
      model: 'random',
      max_tokens: 500,
      messages,
      tools: [{ name: 'weather', description: '', input_schema: parameters }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    })
    expect(called.content).toContainEqual(
      expect.objectContaining({ type: 'tool_use', name: 'weather', input: { city: CITY } }),
    )
  })

  test('is answered for Claude by a model that the settings of that node name, and another node has', async () => {
    const patched = await cluster
      .node('door')
      .ask('PATCH', '/v1/settings/anthropic-proxy', { fallbackModel: model })
    expect(patched.fallbackModel).toBe(model)
    const asked = { model: 'claude-sonnet-4-5', max_tokens: 200, messages }
    expect((await client().messages.create(asked)).content).toMatchObject([{ text: KNOWN_ANSWER }])
  })
})

describe('through a node without any model, the official ollama client', () => {
  const client = () => new Ollama({ host: url })

  test('lists, shows, chats, streams and embeds', async () => {
    expect((await client().list()).models.map(({ name }) => name).toSorted()).toEqual([
      'embedder:latest',
      `${model}:latest`,
      'random:latest',
    ])
    expect((await client().show({ model })).details.format).toBe('gguf')
    expect((await client().chat({ model, messages })).message.content).toBe(KNOWN_ANSWER)
    let text = ''
    for await (const part of await client().chat({ model, messages, stream: true }))
      text += part.message.content
    expect(text).toBe(KNOWN_ANSWER)
    expect((await client().embed({ model: 'embedder', input: 'hello' })).embeddings[0]).toHaveLength(64)
    const loaded = (await client().ps()).models.map(({ name }) => name)
    expect(loaded).toContain(`${model}:latest`)
  })
})
