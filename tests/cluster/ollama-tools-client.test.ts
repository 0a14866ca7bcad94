import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { Ollama } from 'ollama'
import type { ChatResponse, Message, Tool } from 'ollama'
import { eventually } from '../support/eventually.ts'
import { serveScriptedNode } from '../support/scripted-http-node.ts'
import type { ScriptedHttpNode } from '../support/scripted-http-node.ts'

let node: ScriptedHttpNode
let client: Ollama

beforeEach(() => {
  node = serveScriptedNode()
  client = new Ollama({ host: node.url })
})

afterEach(() => node.stop())

const model = 'tiny'
const messages: Message[] = [{ role: 'user', content: 'How warm is it in Bonn?' }]
const weather: Tool = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'Of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}
const CALLING = {
  reasoning: ['I must', ' look.'],
  toolCalls: [
    { id: 'call-a', name: 'weather', arguments: ['{"city":', '"Bonn"}'] },
    { id: 'call-b', name: 'weather', arguments: ['{"city":"Köln"}'] },
  ],
}
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

const chatAsked = (at = -1) => {
  const prompt = node.driver.requests.at(at)?.prompt
  if (prompt?.type !== 'chat') throw new Error('no chat was asked for')
  return prompt
}

describe('the official ollama client, unmodified, over the scripted engine', () => {
  test('has its tools called, answers, and gets what comes of it', async () => {
    node.driver.script = [CALLING, { pieces: ['20 and', ' 21.'] }]
    const first = await client.chat({ model, messages, tools: [weather], think: true })
    expect(first.message).toMatchObject({ role: 'assistant', content: '', thinking: 'I must look.' })
    expect(first.message.tool_calls?.map((call) => call.function)).toMatchObject([
      { name: 'weather', arguments: { city: 'Bonn' } },
      { name: 'weather', arguments: { city: 'Köln' } },
    ])
    const results: Message[] = ['20', '21'].map((content) => ({
      role: 'tool',
      tool_name: 'weather',
      content,
    }))
    const history = [...messages, first.message, ...results]
    const second = await client.chat({ model, messages: history, tools: [weather] })
    expect(second.message).toEqual({ role: 'assistant', content: '20 and 21.' })
    expect(chatAsked().messages.slice(1)).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'I must look.' },
          { type: 'tool-call', id: 'call-a', name: 'weather', arguments: '{"city":"Bonn"}' },
          { type: 'tool-call', id: 'call-b', name: 'weather', arguments: '{"city":"Köln"}' },
        ],
      },
      { role: 'tool', parts: [{ type: 'text', text: '20' }], name: 'weather', toolCallId: 'call-a' },
      { role: 'tool', parts: [{ type: 'text', text: '21' }], name: 'weather', toolCallId: 'call-b' },
    ])
    expect<unknown>(chatAsked().tools).toEqual([weather.function])
  })

  test('streams thoughts, text and each call whole', async () => {
    node.driver.script = { ...CALLING, pieces: ['One', ' moment.'] }
    const parts: ChatResponse[] = []
    for await (const part of await client.chat({ model, messages, tools: [weather], stream: true }))
      parts.push(part)
    const joined = (read: (message: Message) => string | undefined): string =>
      parts.map(({ message }) => read(message) ?? '').join('')
    expect(joined(({ thinking }) => thinking)).toBe('I must look.')
    expect(joined(({ content }) => content)).toBe('One moment.')
    const calls = parts.map(({ message }) => message.tool_calls ?? []).filter((told) => told.length > 0)
    expect(calls.map((told) => told.map((call) => call.function.arguments))).toEqual([
      [{ city: 'Bonn' }],
      [{ city: 'Köln' }],
    ])
    expect(parts.at(-1)).toMatchObject({ done: true, done_reason: 'stop', eval_count: 9 })
  })

  test('asks for a schema, for probabilities and for every option that it knows', async () => {
    const schema = { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] }
    const options = {
      temperature: 0,
      mirostat: 2,
      mirostat_tau: 5,
      typical_p: 0.9,
      num_predict: 1,
      num_keep: 4,
    }
    const reply = await client.chat({
      model,
      messages,
      format: schema,
      logprobs: true,
      top_logprobs: 2,
      options,
    })
    expect(reply.logprobs).toHaveLength(1)
    expect(reply.logprobs?.[0]).toMatchObject({
      token: 'Hello',
      top_logprobs: [{ token: 'Hello' }, { token: '?' }],
    })
    expect(node.driver.requests[0]).toMatchObject({
      output: { type: 'json-schema', schema },
      logprobs: 2,
      maxTokens: 1,
      sampling: { temperature: 0, typicalP: 0.9, mirostat: { version: 2, tau: 5 } },
    })
  })

  test('fills a gap, and carries a conversation on by its context', async () => {
    expect((await client.generate({ model, prompt: 'def f(', suffix: 'return 1' })).response).not.toBe('')
    expect(node.driver.requests[0]?.prompt).toEqual({ type: 'infill', prefix: 'def f(', suffix: 'return 1' })
    const { context } = await client.generate({ model, prompt: 'One?', system: 'Count.' })
    await client.generate({ model, prompt: 'Two?', system: 'Count.', context })
    expect(chatAsked().messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
  })

  test('sends an image, which reaches the engine as it is', async () => {
    await client.chat({ model, messages: [{ role: 'user', content: 'What?', images: [PNG] }] })
    await client.generate({ model, prompt: 'What?', images: [PNG] })
    const source = { type: 'base64', mediaType: 'image/png', data: Buffer.from(PNG).toString('base64') }
    for (const at of [0, 1])
      expect(chatAsked(at).messages[0]?.parts[0]).toMatchObject({ type: 'image', source })
  })

  test('is told of a failure in mid-stream, after what came before it', async () => {
    node.driver.script = { failsAfter: 2 }
    let text = ''
    const read = async (): Promise<void> => {
      for await (const part of await client.chat({ model, messages, stream: true }))
        text += part.message.content
    }
    expect(await read().catch(String)).toContain('stopped unexpectedly')
    expect(text).toBe('Hello from')
  })

  test('leaves in the middle of a call, and the engine is told to stop', async () => {
    let tokens = 0
    const untilAborted = (signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    node.driver.script = {
      ...CALLING,
      gate: (signal) => (++tokens < 4 ? Promise.resolve() : untilAborted(signal)),
    }
    const stream = await client.chat({ model, messages, tools: [weather], stream: true })
    const read = async (): Promise<void> => {
      for await (const { message } of stream) if (message.thinking === ' look.') stream.abort()
    }
    expect(await read().catch((error: unknown) => error)).toMatchObject({ name: 'AbortError' })
    await eventually(
      'the engine has stopped',
      async () => (await node.pool.reports())[0]?.activeRequests === 0,
      5000,
    )
    expect(node.driver.signals[0]?.aborted).toBe(true)
  })
})
