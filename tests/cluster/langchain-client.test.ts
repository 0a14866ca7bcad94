import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { AIMessage, HumanMessage, SystemMessage } from '@langchain/core/messages'
import type { ToolMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { z } from 'zod'
import { eventually } from '../support/eventually.ts'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'
import type { ScriptedCall } from '../support/scripted-engine.ts'
import { serveScriptedNode } from '../support/scripted-http-node.ts'
import type { ScriptedHttpNode } from '../support/scripted-http-node.ts'

const rome: ScriptedCall = { id: 'call_a', name: 'weather', arguments: ['{"city":', '"Rome"}'] }
const oslo: ScriptedCall = { id: 'call_b', name: 'weather', arguments: ['{"city":"Oslo"}'] }
const question = [new SystemMessage('Be brief.'), new HumanMessage('The weather in Rome?')]
const place = z.object({ city: z.string() })

const weather = tool(({ city }: z.infer<typeof place>) => `Sunny in ${city}.`, {
  name: 'weather',
  description: 'Tells the weather.',
  schema: place,
})

let node: ScriptedHttpNode

let real: RunningNode

beforeAll(async () => {
  real = await startNode({ models: { 'known-answer': 'known-answer', random: 'random-bpe' } })
}, 60_000)

afterAll(() => real.stop(), 60_000)

beforeEach(() => {
  node = serveScriptedNode()
})

afterEach(() => node.stop())

const settings = () => ({
  model: 'tiny',
  apiKey: 'none',
  maxRetries: 0,
  configuration: { baseURL: `${node.url}/v1` },
})
const chat = (more: object = {}) => new ChatOpenAI({ ...settings(), ...more })

describe('LangChain, unmodified', () => {
  test('gets a message with its reasoning and its usage', async () => {
    node.driver.script = { reasoning: ['Hm.'], pieces: ['Sunny', '.'] }
    const answer = await chat({ temperature: 0.3, maxTokens: 9, topP: 0.9 }).invoke(question)
    expect(answer.content).toBe('Sunny.')
    expect(answer.additional_kwargs['reasoning_content']).toBe('Hm.')
    expect(answer.response_metadata['finish_reason']).toBe('stop')
    expect(answer.usage_metadata).toMatchObject({ input_tokens: 7, output_tokens: 3, total_tokens: 10 })
    expect(node.driver.requests[0]).toMatchObject({
      sampling: { temperature: 0.3, topP: 0.9 },
      maxTokens: 9,
      prompt: { messages: [{ role: 'system' }, { role: 'user' }] },
    })
  })

  test('streams the same', async () => {
    node.driver.script = { reasoning: ['Hm.'], pieces: ['Sunny', '.'] }
    let whole: Awaited<ReturnType<ChatOpenAI['invoke']>> | undefined
    for await (const chunk of await chat({ streamUsage: true }).stream(question))
      whole = whole === undefined ? chunk : whole.concat(chunk)
    expect(whole?.content).toBe('Sunny.')
    expect(whole?.additional_kwargs['reasoning_content']).toBe('Hm.')
    expect(whole?.usage_metadata).toMatchObject({ input_tokens: 7, output_tokens: 3, total_tokens: 10 })
  })

  test('calls the tools that are bound to it and tells their results', async () => {
    node.driver.script = [{ toolCalls: [rome, oslo] }, { pieces: ['Sunny both.'] }]
    const model = chat().bindTools([weather], { parallel_tool_calls: true, tool_choice: 'any' })
    const asking = await model.invoke(question)
    expect(asking.tool_calls?.map(({ id, name, args }) => [id, name, args])).toEqual([
      ['call_a', 'weather', { city: 'Rome' }],
      ['call_b', 'weather', { city: 'Oslo' }],
    ])
    const results = await Promise.all(
      (asking.tool_calls ?? []).map(async (call) => {
        // A tool that is given a call answers with a message.
        return (await weather.invoke(call)) as ToolMessage
      }),
    )
    const answer = await model.invoke([...question, asking, ...results])
    expect(answer.content).toBe('Sunny both.')
    const [first, second] = node.driver.requests
    expect(first?.toolChoice).toEqual({ type: 'required' })
    expect(second?.prompt.type === 'chat' && second.prompt.messages.slice(2)).toMatchObject([
      { role: 'assistant', parts: [{ name: 'weather' }, { name: 'weather' }] },
      { role: 'tool', toolCallId: 'call_a', parts: [{ text: 'Sunny in Rome.' }] },
      { role: 'tool', toolCallId: 'call_b', parts: [{ text: 'Sunny in Oslo.' }] },
    ])
  })

  test('puts the calls of a stream together', async () => {
    node.driver.script = { pieces: ['Wait.'], toolCalls: [rome, oslo] }
    let whole: Awaited<ReturnType<ChatOpenAI['invoke']>> | undefined
    for await (const chunk of await chat().bindTools([weather]).stream(question))
      whole = whole === undefined ? chunk : whole.concat(chunk)
    expect(whole?.content).toBe('Wait.')
    expect(whole?.tool_calls?.map(({ args }) => args)).toEqual([{ city: 'Rome' }, { city: 'Oslo' }])
  })

  test('gets an object by a schema, by a tool and as plain JSON', async () => {
    node.driver.script = [
      { pieces: ['{"city":', '"Rome"}'] },
      { toolCalls: [{ ...rome, name: 'extract' }] },
      { pieces: ['{"city":"Rome"}'] },
    ]
    for (const method of ['jsonSchema', 'functionCalling', 'jsonMode'] as const) {
      expect(await chat().withStructuredOutput(place, { method }).invoke(question)).toEqual({ city: 'Rome' })
    }
    const [schema, call, json] = node.driver.requests
    expect(schema?.output).toMatchObject({ type: 'json-schema', schema: { required: ['city'] } })
    expect(call?.toolChoice).toEqual({ type: 'tool', name: 'extract' })
    expect(json?.output).toEqual({ type: 'json' })
  })

  test('gets the probabilities of the tokens', async () => {
    node.driver.script = { pieces: ['Yes', '.'] }
    const { response_metadata: facts } = await chat({ logprobs: true, topLogprobs: 1 }).invoke(question)
    // LangChain passes on what the node sent.
    const { content } = facts['logprobs'] as { content: { token: string; top_logprobs: unknown[] }[] }
    expect(content.map(({ token, top_logprobs: top }) => [token, top.length])).toEqual([['Yes', 1], ['.', 1]]) // prettier-ignore
  })

  test('sends back an answer of the past', async () => {
    const past = new AIMessage({ content: 'Sunny.', additional_kwargs: {} })
    await chat().invoke([...question, past, new HumanMessage('Sure?')])
    const prompt = node.driver.requests[0]?.prompt
    expect(prompt?.type === 'chat' && prompt.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']) // prettier-ignore
  })

  test('embeds several texts', async () => {
    const vectors = await new OpenAIEmbeddings(settings()).embedDocuments(['a', 'b'])
    expect(vectors.map((vector) => vector.length)).toEqual([4, 4])
  })

  test('gets errors that name the status and the reason', async () => {
    const error = await chat({ model: 'gpt-99' })
      .invoke(question)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ status: 404, message: expect.stringContaining("'gpt-99'") })
  })

  test('gets the error of a stream that fails', async () => {
    node.driver.script = { failsAfter: 1 }
    const read = async (): Promise<number> => {
      let chunks = 0
      for await (const chunk of await chat().stream(question)) chunks += chunk.content.length
      return chunks
    }
    expect(await read().catch((error: Error) => error.message)).toContain('stopped unexpectedly')
  })

  test('stops the engine when it aborts', async () => {
    const leaving = new AbortController()
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
    node.driver.script = {
      gate: (signal) => {
        signal.addEventListener('abort', () => letGo())
        leaving.abort()
        return held
      },
    }
    const answer = chat().invoke(question, { signal: leaving.signal })
    expect(await answer.catch((error: unknown) => error)).toBeInstanceOf(Error)
    await eventually('the engine is told', async () => node.driver.signals[0]?.aborted === true, 5000)
  })
})

describe('LangChain at a real node', () => {
  const city = z.object({ city: z.enum(['Rome', 'Oslo']) })
  const at = (model: string) =>
    chat({ model, maxTokens: 1000, modelKwargs: { seed: 1 }, configuration: { baseURL: `${real.url}/v1` } })

  test('gets the whole text and its stream', async () => {
    expect((await at('known-answer').invoke(question)).content).toBe(KNOWN_ANSWER)
    let text = ''
    for await (const chunk of await at('known-answer').stream(question)) text += String(chunk.content)
    expect(text).toBe(KNOWN_ANSWER)
  })

  test('calls a tool with arguments that fit, and gets an object that fits', async () => {
    const visit = tool(({ city }: z.infer<typeof place>) => city, { name: 'visit', schema: city })
    const model = at('random').bindTools([visit], { tool_choice: 'visit', parallel_tool_calls: false })
    const { tool_calls: calls = [] } = await model.invoke(question)
    expect(calls.map(({ name }) => name)).toEqual(['visit'])
    expect(['Rome', 'Oslo']).toContain(calls[0]?.args['city'])
    const found = await at('random').withStructuredOutput(city, { method: 'jsonSchema' }).invoke(question)
    expect(['Rome', 'Oslo']).toContain(found.city)
  })
})
