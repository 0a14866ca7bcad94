import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createAnthropic } from '@ai-sdk/anthropic'
import { APICallError, Output, generateText, isStepCount, streamText, tool } from 'ai'
import { z } from 'zod'
import { eventually } from '../support/eventually.ts'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'
import type { ScriptedCall } from '../support/scripted-engine.ts'
import { serveScriptedNode } from '../support/scripted-http-node.ts'
import type { ScriptedHttpNode } from '../support/scripted-http-node.ts'

const prompt = 'The weather in Rome?'
const rome: ScriptedCall = { id: 'call_a', name: 'weather', arguments: ['{"city":', '"Rome"}'] }
const oslo: ScriptedCall = { id: 'call_b', name: 'weather', arguments: ['{"city":"Oslo"}'] }

let node: ScriptedHttpNode

beforeEach(() => {
  node = serveScriptedNode()
})

afterEach(() => node.stop())

const provider = (url = node.url) => createAnthropic({ baseURL: `${url}/v1`, apiKey: 'none' })
const asking = () => ({ model: provider()('tiny'), prompt, maxRetries: 0, maxOutputTokens: 100 })

const weatherTool = (asked: string[]) =>
  tool({
    description: 'Tells the weather.',
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => {
      asked.push(city)
      return `Sunny in ${city}.`
    },
  })

describe("Vercel's ai with its provider of Anthropic, unmodified", () => {
  test('gets a text with its reasoning, its reason and its usage', async () => {
    node.driver.script = { reasoning: ['Let me', ' see.'], pieces: ['Sunny', '.'] }
    const result = await generateText({ ...asking(), temperature: 0.5, stopSequences: ['END'] })
    expect(result).toMatchObject({ text: 'Sunny.', reasoningText: 'Let me see.', finishReason: 'stop' })
    expect(result.usage).toMatchObject({
      inputTokens: 7,
      outputTokens: 4,
      inputTokenDetails: { cacheReadTokens: 3 },
    })
    expect(node.driver.requests[0]).toMatchObject({
      sampling: { temperature: 0.5 },
      maxTokens: 100,
      stop: ['END'],
    })
  })

  test('streams the same', async () => {
    node.driver.script = { reasoning: ['Let me', ' see.'], pieces: ['Sunny', '.'] }
    const result = streamText(asking())
    const pieces: string[] = []
    for await (const piece of result.textStream) pieces.push(piece)
    expect(pieces).toEqual(['Sunny', '.'])
    expect(await result.reasoningText).toBe('Let me see.')
    expect(await result.finishReason).toBe('stop')
    expect(await result.usage).toMatchObject({ inputTokens: 7, outputTokens: 4 })
  })

  test.each(['whole', 'streamed'])('calls tools and tells the model their results: %s', async (kind) => {
    node.driver.script = [
      { reasoning: ['Hm.'], pieces: ['Wait.'], toolCalls: [rome, oslo] },
      { pieces: ['Sunny both.'] },
    ]
    const asked: string[] = []
    const task = { ...asking(), tools: { weather: weatherTool(asked) }, stopWhen: isStepCount(3) }
    const text = kind === 'whole' ? (await generateText(task)).text : await streamText(task).text
    expect(text).toBe('Sunny both.')
    expect(asked.toSorted()).toEqual(['Oslo', 'Rome'])
    const told = node.driver.requests[1]?.prompt
    const turns = told?.type === 'chat' ? told.messages.slice(1) : []
    expect(turns.map(({ role, toolCallId }) => toolCallId ?? role)).toEqual(['assistant', 'call_a', 'call_b'])
    expect(turns[0]?.parts).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Wait.' },
      { type: 'tool-call', id: 'call_a', name: 'weather', arguments: '{"city":"Rome"}' },
      { type: 'tool-call', id: 'call_b', name: 'weather', arguments: '{"city":"Oslo"}' },
    ])
  })

  test('demands a call, the call of one tool, or none', async () => {
    const asked: string[] = []
    const task = { ...asking(), tools: { weather: weatherTool(asked) } }
    node.driver.script = { toolCalls: [rome] }
    await generateText({ ...task, toolChoice: 'required' })
    await generateText({ ...task, toolChoice: { type: 'tool', toolName: 'weather' } })
    node.driver.script = { pieces: ['No.'] }
    await generateText({ ...task, toolChoice: 'none' })
    expect(asked).toEqual(['Rome', 'Rome'])
    expect(node.driver.requests.map(({ toolChoice }) => toolChoice)).toEqual([
      { type: 'required' },
      { type: 'tool', name: 'weather' },
      undefined,
    ])
  })

  test('asks for thinking', async () => {
    const providerOptions = { anthropic: { thinking: { type: 'enabled', budgetTokens: 2048 } } }
    await generateText({ ...asking(), providerOptions })
    const asked = node.driver.requests[0]?.prompt
    expect(asked?.type === 'chat' && asked.reasoning).toEqual({ isEnabled: true, effort: 'low' })
  })

  test('gets an object of a schema', async () => {
    const json = ['{"city":', '"Rome"}']
    // For models that it does not know the provider has the object given to a tool of its own.
    node.driver.script = { toolCalls: [{ id: 'call_j', name: 'json', arguments: json }] }
    const output = Output.object({ schema: z.object({ city: z.string() }) })
    expect((await generateText({ ...asking(), output })).output).toEqual({ city: 'Rome' })
    expect(node.driver.requests[0]).toMatchObject({ toolChoice: { type: 'required' }, isOneCallOnly: true })
    node.driver.script = { pieces: json }
    const providerOptions = { anthropic: { structuredOutputMode: 'outputFormat' } }
    expect((await generateText({ ...asking(), output, providerOptions })).output).toEqual({ city: 'Rome' })
    expect(node.driver.requests[1]?.output).toMatchObject({
      type: 'json-schema',
      schema: { properties: { city: { type: 'string' } } },
    })
  })

  test('gets errors that name the status and the reason', async () => {
    const unknown = generateText({ ...asking(), model: provider()('gpt-99') })
    const error = await unknown.catch((thrown: unknown) => thrown)
    expect(APICallError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({
      statusCode: 404,
      isRetryable: false,
      message: expect.stringContaining("'gpt-99'"),
    })
  })

  test('gets the error of a stream that fails', async () => {
    node.driver.script = { failsAfter: 1 }
    const errors: unknown[] = []
    const result = streamText({ ...asking(), onError: ({ error }) => void errors.push(error) })
    await result.consumeStream()
    expect(errors).toHaveLength(1)
    expect(JSON.stringify(errors[0])).toContain('stopped unexpectedly')
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
    const answer = generateText({ ...asking(), abortSignal: leaving.signal })
    expect(await answer.catch((error: Error) => error)).toMatchObject({ name: 'AbortError' })
    await eventually('the engine is told', async () => node.driver.signals[0]?.aborted === true, 5000)
  })
})

describe("Vercel's ai with its provider of Anthropic at a real node", () => {
  let real: RunningNode
  beforeAll(async () => {
    real = await startNode({ models: { 'known-answer': 'known-answer', random: 'random-bpe' } })
  }, 60_000)
  afterAll(() => real.stop(), 60_000)

  const at = (model: string) => ({ model: provider(real.url)(model), prompt, maxRetries: 0, temperature: 0 })

  test('gets the whole text and its stream, also as an answer of Claude', async () => {
    const whole = await generateText({ ...at('known-answer'), maxOutputTokens: 200 })
    expect(whole.text).toBe(KNOWN_ANSWER)
    const settings = { method: 'PATCH', body: '{"backend": {"type": "local", "id": "known-answer"}}' }
    expect((await fetch(`${real.url}/v1/settings/anthropic-proxy`, settings)).status).toBe(200)
    const streamed = streamText({ ...at('claude-3-haiku'), maxOutputTokens: 200 })
    expect(await streamed.text).toBe(KNOWN_ANSWER)
  })

  test('calls a tool with arguments that fit', async () => {
    const cities: string[] = []
    const inputSchema = z.object({ city: z.enum(['Rome', 'Oslo']) })
    const execute = async ({ city }: z.infer<typeof inputSchema>) => {
      cities.push(city)
      return 'Sunny.'
    }
    await generateText({
      ...at('random'),
      maxOutputTokens: 500,
      tools: { weather: tool({ inputSchema, execute }) },
      toolChoice: 'required',
      providerOptions: { anthropic: { disableParallelToolUse: true } },
    })
    expect(cities).toHaveLength(1)
    expect(['Rome', 'Oslo']).toContain(cities[0] ?? '')
  })
})
