import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import OpenAI, { APIError, APIUserAbortError, BadRequestError } from 'openai'
import type { ChatCompletionMessageFunctionToolCall, ChatCompletionTool } from 'openai/resources'
import { adderTools } from '../support/adder-tool.ts'
import { eventually } from '../support/eventually.ts'
import type { ScriptedCall } from '../support/scripted-engine.ts'
import { serveScriptedNode } from '../support/scripted-http-node.ts'
import type { ScriptedHttpNode } from '../support/scripted-http-node.ts'

const model = 'tiny'
const messages = [{ role: 'user' as const, content: 'The weather in Rome and in Oslo?' }]
const parameters = {
  type: 'object' as const,
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const weather: ChatCompletionTool = {
  type: 'function',
  function: { name: 'weather', description: 'Tells the weather.', parameters, strict: true },
}
const rome: ScriptedCall = { id: 'call_a', name: 'weather', arguments: ['{"city":', '"Rome"}'] }
const oslo: ScriptedCall = { id: 'call_b', name: 'weather', arguments: ['{"city":"Oslo"}'] }

let node: ScriptedHttpNode
let client: OpenAI

beforeEach(() => {
  node = serveScriptedNode({ serverTools: adderTools })
  client = new OpenAI({ baseURL: `${node.url}/v1`, apiKey: 'none', maxRetries: 0 })
})

afterEach(() => node.stop())

const argumentsOf = (calls: readonly unknown[] | undefined): readonly string[] =>
  // Every call of these tests is one of a function.
  ((calls ?? []) as ChatCompletionMessageFunctionToolCall[]).map((call) => call.function.arguments)

const runnable = (asked: string[]) => ({
  type: 'function' as const,
  function: {
    name: 'weather',
    description: 'Tells the weather.',
    parameters,
    parse: JSON.parse,
    function: ({ city }: { city: string }) => {
      asked.push(city)
      return `Sunny in ${city}.`
    },
  },
})

describe('tools through the official openai client', () => {
  test('are called, one or several', async () => {
    node.driver.script = [{ toolCalls: [rome] }, { pieces: ['Wait.'], toolCalls: [rome, oslo] }]
    const one = await client.chat.completions.create({ model, messages, tools: [weather] })
    expect(one.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } })
    expect(argumentsOf(one.choices[0]?.message.tool_calls)).toEqual(['{"city":"Rome"}'])
    const two = await client.chat.completions.create({ model, messages, tools: [weather] })
    expect(two.choices[0]?.message.content).toBe('Wait.')
    expect(argumentsOf(two.choices[0]?.message.tool_calls)).toEqual(['{"city":"Rome"}', '{"city":"Oslo"}'])
  })

  test('are streamed, and its helper puts the calls together', async () => {
    node.driver.script = { reasoning: ['Hm.'], pieces: ['Wait.'], toolCalls: [rome, oslo] }
    const stream = client.chat.completions.stream({ model, messages, tools: [weather] })
    const done: string[] = []
    stream.on('tool_calls.function.arguments.done', ({ arguments: args }) => void done.push(args))
    const { choices } = await stream.finalChatCompletion()
    expect(done).toEqual(['{"city":"Rome"}', '{"city":"Oslo"}'])
    expect(choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: 'Wait.' } })
    expect(choices[0]?.message.tool_calls?.map(({ id }) => id)).toEqual(['call_a', 'call_b'])
    expect(argumentsOf(choices[0]?.message.tool_calls)).toEqual(['{"city":"Rome"}', '{"city":"Oslo"}'])
  })

  test('are run by its runner until the model answers', async () => {
    node.driver.script = [{ toolCalls: [rome, oslo] }, { pieces: ['Sunny', ' both.'] }]
    const asked: string[] = []
    const runner = client.chat.completions.runTools({ model, messages, tools: [runnable(asked)] })
    expect(await runner.finalContent()).toBe('Sunny both.')
    expect(asked).toEqual(['Rome', 'Oslo'])
    const prompt = node.driver.requests[1]?.prompt
    expect(prompt?.type === 'chat' && prompt.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'tool-call', id: 'call_a', name: 'weather', arguments: '{"city":"Rome"}' },
          { type: 'tool-call', id: 'call_b', name: 'weather', arguments: '{"city":"Oslo"}' },
        ],
      },
      { role: 'tool', parts: [{ type: 'text', text: 'Sunny in Rome.' }], toolCallId: 'call_a' },
      { role: 'tool', parts: [{ type: 'text', text: 'Sunny in Oslo.' }], toolCallId: 'call_b' },
    ])
  })

  test('are run by its streaming runner too', async () => {
    node.driver.script = [{ toolCalls: [rome] }, { pieces: ['Sunny', '.'] }]
    const asked: string[] = []
    const runner = client.chat.completions.runTools({
      model,
      messages,
      stream: true,
      tools: [runnable(asked)],
    })
    expect(await runner.finalContent()).toBe('Sunny.')
    expect(asked).toEqual(['Rome'])
  })

  test('of the node are run there, and their frames do not disturb the stream', async () => {
    node.driver.script = [
      { toolCalls: [{ id: 'call_1', name: 'add', arguments: ['{"a":2,"b":3}'] }] },
      { pieces: ['Five.'] },
    ]
    const tools: ChatCompletionTool[] = [{ type: 'function', function: { name: 'add' } }]
    const stream = client.chat.completions.stream({ model, messages, tools })
    const results: unknown[] = []
    stream.on('chunk', (chunk) => void ('result' in chunk && results.push(chunk.result)))
    const { choices } = await stream.finalChatCompletion()
    expect(results).toEqual(['5'])
    expect(choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Five.' } })
    expect(choices[0]?.message.tool_calls).toBeUndefined()
  })

  test('in their former words are answered in them', async () => {
    node.driver.script = { toolCalls: [rome] }
    const { choices } = await client.chat.completions.create({
      model,
      messages,
      functions: [{ name: 'weather', parameters }],
      function_call: { name: 'weather' },
    })
    expect(choices[0]?.finish_reason).toBe('function_call')
    expect(choices[0]?.message.function_call).toEqual({ name: 'weather', arguments: '{"city":"Rome"}' })
  })
})

describe('answers through the official openai client', () => {
  const response_format = {
    type: 'json_schema' as const,
    json_schema: { name: 'city', schema: parameters, strict: true },
  }

  test('are parsed when they have a schema', async () => {
    node.driver.script = { pieces: ['{"city":', '"Rome"}'] }
    const { choices } = await client.chat.completions.parse({ model, messages, response_format })
    expect(choices[0]?.message.parsed).toEqual({ city: 'Rome' } as never)
    expect(node.driver.requests[0]?.output).toEqual({ type: 'json-schema', schema: parameters })
  })

  test('that the budget cut off are told as such by its parser', async () => {
    node.driver.script = { pieces: ['{"city":', '"Rome"}'] }
    const parsed = client.chat.completions.parse({ model, messages, response_format, max_tokens: 1 })
    expect(await parsed.catch((error: unknown) => error)).toMatchObject({
      message: expect.stringContaining('length limit'),
    })
  })

  test('come with the probabilities of their tokens, whole and streamed', async () => {
    node.driver.script = { pieces: ['Yes', '.'] }
    const asked = { model, messages, logprobs: true, top_logprobs: 2 }
    const whole = await client.chat.completions.create(asked)
    expect(whole.choices[0]?.logprobs?.content?.map(({ token }) => token)).toEqual(['Yes', '.'])
    const { choices } = await client.chat.completions.stream(asked).finalChatCompletion()
    expect(choices[0]?.logprobs).toEqual(whole.choices[0]?.logprobs ?? null)
    const legacy = await client.completions.create({ model, prompt: 'Is it?', logprobs: 2 })
    expect(legacy.choices[0]?.logprobs?.tokens).toEqual(['Yes', '.'])
  })

  test('are stopped by its signal before the first word', async () => {
    const leaving = new AbortController()
    node.driver.script = {
      gate: async (signal) => {
        leaving.abort()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      },
    }
    const answer = client.chat.completions.create({ model, messages }, { signal: leaving.signal })
    expect(await answer.catch((error: unknown) => error)).toBeInstanceOf(APIUserAbortError)
    await eventually('the engine is told', async () => node.driver.signals[0]?.aborted === true, 5000)
  })

  test('that fail in mid-stream are errors of the client', async () => {
    node.driver.script = { failsAfter: 1 }
    const stream = await client.chat.completions.create({ model, messages, stream: true })
    const read = async (): Promise<string> => {
      let text = ''
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
      return text
    }
    const error = await read().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ code: 'engine_failed', type: 'server_error' })
  })

  test('that cannot be given name the field', async () => {
    const wrong = client.chat.completions.create({
      model,
      messages: [
        { role: 'user', content: [{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }] },
      ],
    })
    const error = await wrong.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({ param: 'messages[0].content[0].type', code: 'invalid_request' })
  })
})
