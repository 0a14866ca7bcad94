import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import Anthropic, { APIUserAbortError, BadRequestError } from '@anthropic-ai/sdk'
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod'
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod'
import { z } from 'zod'
import { eventually } from '../support/eventually.ts'
import type { ScriptedCall } from '../support/scripted-engine.ts'
import { serveScriptedNode } from '../support/scripted-http-node.ts'
import type { ScriptedHttpNode } from '../support/scripted-http-node.ts'

const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'The weather in Rome and in Oslo?' }]
const asked = { model: 'tiny', max_tokens: 100, messages }
const weather: Anthropic.Tool = {
  name: 'weather',
  description: 'Tells the weather.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: true,
}
const rome: ScriptedCall = { id: 'call_a', name: 'weather', arguments: ['{"city":', '"Rome"}'] }
const oslo: ScriptedCall = { id: 'call_b', name: 'weather', arguments: ['{"city":"Oslo"}'] }

let node: ScriptedHttpNode
let client: Anthropic

beforeEach(() => {
  node = serveScriptedNode()
  client = new Anthropic({ baseURL: node.url, apiKey: 'none', maxRetries: 0 })
})

afterEach(() => node.stop())

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => new Error('It did not fail.'),
    (error: unknown) => error,
  )

const usesOf = ({ content }: Anthropic.Message) =>
  content.flatMap((block) => (block.type === 'tool_use' ? [[block.id, block.name, block.input]] : []))

const ROME_AND_OSLO = [
  ['call_a', 'weather', { city: 'Rome' }],
  ['call_b', 'weather', { city: 'Oslo' }],
]

/** What the engine was told after the first question. */
const toldTurns = () => {
  const prompt = node.driver.requests.at(-1)?.prompt
  return prompt?.type === 'chat' ? prompt.messages.slice(1) : []
}

describe('tools through the official anthropic client', () => {
  test('are called, one or several', async () => {
    node.driver.script = [{ toolCalls: [rome] }, { pieces: ['Wait.'], toolCalls: [rome, oslo] }]
    const one = await client.messages.create({ ...asked, tools: [weather], tool_choice: { type: 'any' } })
    expect(one.stop_reason).toBe('tool_use')
    expect(usesOf(one)).toEqual(ROME_AND_OSLO.slice(0, 1))
    const two = await client.messages.create({ ...asked, tools: [weather] })
    expect(two.content[0]).toMatchObject({ type: 'text', text: 'Wait.' })
    expect(usesOf(two)).toEqual(ROME_AND_OSLO)
    expect(node.driver.requests.map(({ toolChoice }) => toolChoice)).toEqual([
      { type: 'required' },
      undefined,
    ])
  })

  test('stream, and the helper puts the same message together', async () => {
    node.driver.script = { reasoning: ['Hm', '.'], pieces: ['Wait.'], toolCalls: [rome, oslo] }
    const stream = client.messages.stream({ ...asked, tools: [weather] })
    const inputs: unknown[] = []
    const thoughts: string[] = []
    stream.on('inputJson', (_, snapshot) => inputs.push(structuredClone(snapshot)))
    stream.on('thinking', (piece) => thoughts.push(piece))
    const message = await stream.finalMessage()
    const whole = await client.messages.create({ ...asked, tools: [weather] })
    expect(JSON.parse(JSON.stringify(message.content))).toEqual(whole.content)
    expect(message.usage).toEqual(whole.usage)
    expect(message.stop_reason).toBe('tool_use')
    expect(inputs.at(-1)).toEqual({ city: 'Oslo' })
    expect(thoughts).toEqual(['Hm', '.'])
  })

  test('are run by its tool runner until the model answers', async () => {
    node.driver.script = [
      { reasoning: ['Hm.'], pieces: ['Wait.'], toolCalls: [rome, oslo] },
      { pieces: ['Sunny in one.'] },
    ]
    const cities: string[] = []
    const tool = betaZodTool({
      name: 'weather',
      description: 'Tells the weather.',
      inputSchema: z.object({ city: z.string() }),
      run: ({ city }) => {
        cities.push(city)
        if (city === 'Oslo') throw new Error('no such city')
        return 'Sunny.'
      },
    })
    const answer = await client.beta.messages.toolRunner({ ...asked, tools: [tool] })
    expect(answer.content).toMatchObject([{ type: 'text', text: 'Sunny in one.' }])
    expect(cities.toSorted()).toEqual(['Oslo', 'Rome'])
    expect(toldTurns()).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'Hm.' },
          { type: 'text', text: 'Wait.' },
          { type: 'tool-call', id: 'call_a', name: 'weather', arguments: '{"city":"Rome"}' },
          { type: 'tool-call', id: 'call_b', name: 'weather', arguments: '{"city":"Oslo"}' },
        ],
      },
      { role: 'tool', name: 'weather', toolCallId: 'call_a', parts: [{ type: 'text', text: 'Sunny.' }] },
      {
        role: 'tool',
        name: 'weather',
        toolCallId: 'call_b',
        parts: [{ type: 'text', text: 'Error: no such city' }],
      },
    ])
  })

  test('of Anthropic’s own are refused by name', async () => {
    const search: Anthropic.WebSearchTool20250305 = { type: 'web_search_20250305', name: 'web_search' }
    const shell: Anthropic.ToolBash20250124 = { type: 'bash_20250124', name: 'bash' }
    for (const tool of [search, shell]) {
      const error = await failureOf(client.messages.create({ ...asked, tools: [tool] }))
      expect(error).toBeInstanceOf(BadRequestError)
      expect(String(error)).toContain(`'${tool.type}'`)
    }
  })

  test('count as tokens of the prompt', async () => {
    const counted = await client.messages.countTokens({ model: 'tiny', messages, tools: [weather] })
    expect(counted.input_tokens).toBe(7)
    const prompt = node.driver.counted[0]
    expect(prompt?.type === 'chat' && prompt.tools).toMatchObject([{ name: 'weather', isStrict: true }])
  })
})

describe('thoughts, forms and images through the official anthropic client', () => {
  test('thoughts come first, are counted, and can be sent back', async () => {
    node.driver.script = { reasoning: ['Let', ' me.'], pieces: ['Yes.'] }
    const thinking = { type: 'enabled' as const, budget_tokens: 1024 }
    const first = await client.messages.create({ ...asked, thinking })
    expect(first.content).toMatchObject([
      { type: 'thinking', thinking: 'Let me.' },
      { type: 'text', text: 'Yes.' },
    ])
    expect(first.usage.output_tokens_details).toEqual({ thinking_tokens: 2 })
    const next: Anthropic.MessageParam[] = [
      ...messages,
      { role: 'assistant', content: first.content },
      { role: 'user', content: 'And?' },
    ]
    await client.messages.create({ ...asked, thinking, messages: next })
    expect(toldTurns()[0]?.parts).toEqual([
      { type: 'reasoning', text: 'Let me.' },
      { type: 'text', text: 'Yes.' },
    ])
  })

  test('an answer of a schema is parsed, whole and streamed', async () => {
    node.driver.script = { pieces: ['{"city":', '"Rome"}'] }
    const format = zodOutputFormat(z.object({ city: z.string() }))
    const parsed = await client.messages.parse({ ...asked, output_config: { format } })
    expect(parsed.parsed_output).toEqual({ city: 'Rome' })
    const stream = client.messages.stream({ ...asked, output_config: { format } })
    expect((await stream.finalMessage()).parsed_output).toEqual({ city: 'Rome' })
    for (const { output } of node.driver.requests) {
      expect(output).toMatchObject({
        type: 'json-schema',
        schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      })
    }
  })

  test('an image that is none is refused where it stands', async () => {
    const source = { type: 'base64' as const, media_type: 'image/png' as const, data: 'aGVsbG8=' }
    const content: Anthropic.ContentBlockParam[] = [
      { type: 'text', text: 'What is this?' },
      { type: 'image', source },
    ]
    const error = await failureOf(client.messages.create({ ...asked, messages: [{ role: 'user', content }] }))
    expect(error).toBeInstanceOf(BadRequestError)
    expect(String(error)).toContain("'messages.0.content.1.source.data' is no image")
  })
})

test('a client that aborts in the middle of a call stops the engine', async () => {
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
  const stream = client.messages.stream({ ...asked, tools: [weather] })
  let tokens = 0
  node.driver.script = {
    toolCalls: [rome],
    gate: (signal) => {
      tokens += 1
      if (tokens < 3) return Promise.resolve()
      signal.addEventListener('abort', () => letGo())
      stream.abort()
      return held
    },
  }
  expect(await failureOf(stream.finalMessage())).toBeInstanceOf(APIUserAbortError)
  await eventually('the engine is told', async () => node.driver.signals[0]?.aborted === true, 5000)
})

test('a stream that fails in the middle of a call is an error, not half a call', async () => {
  node.driver.script = { toolCalls: [rome], failsAfter: 2 }
  const error = await failureOf(client.messages.stream({ ...asked, tools: [weather] }).finalMessage())
  expect(error).toMatchObject({ type: 'api_error', errorCode: 'engine_failed' })
})
