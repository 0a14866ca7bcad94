import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, Output, embedMany, generateText, isStepCount, streamText, tool } from 'ai'
import { z } from 'zod'
import { adderTools } from '../support/adder-tool.ts'
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

let real: RunningNode

beforeAll(async () => {
  real = await startNode({ models: { 'known-answer': 'known-answer', random: 'random-bpe' } })
}, 60_000)

afterAll(() => real.stop(), 60_000)

beforeEach(() => {
  node = serveScriptedNode({ serverTools: adderTools })
})

afterEach(() => node.stop())

const provider = (url = node.url) =>
  createOpenAICompatible({
    name: 'skein',
    baseURL: `${url}/v1`,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })

const asking = () => ({ model: provider()('tiny'), prompt, maxRetries: 0 })

const weatherTool = (asked: string[]) =>
  tool({
    description: 'Tells the weather.',
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => {
      asked.push(city)
      return `Sunny in ${city}.`
    },
  })

describe("Vercel's ai, unmodified", () => {
  test('gets a text with its reasoning, its reason and its usage', async () => {
    node.driver.script = { reasoning: ['Let me', ' see.'], pieces: ['Sunny', '.'] }
    const result = await generateText({ ...asking(), temperature: 0.5, maxOutputTokens: 9, seed: 1 })
    expect(result).toMatchObject({ text: 'Sunny.', reasoningText: 'Let me see.', finishReason: 'stop' })
    expect(result.usage).toMatchObject({
      inputTokens: 7,
      outputTokens: 4,
      totalTokens: 11,
      inputTokenDetails: { cacheReadTokens: 3 },
      outputTokenDetails: { reasoningTokens: 2, textTokens: 2 },
    })
    expect(node.driver.requests[0]).toMatchObject({ sampling: { temperature: 0.5, seed: 1 }, maxTokens: 9 })
    expect(result.warnings ?? []).toEqual([])
  })

  test('streams the same', async () => {
    node.driver.script = { reasoning: ['Let me', ' see.'], pieces: ['Sunny', '.'] }
    const result = streamText(asking())
    const pieces: string[] = []
    for await (const piece of result.textStream) pieces.push(piece)
    expect(pieces.join('')).toBe('Sunny.')
    expect(await result.reasoningText).toBe('Let me see.')
    expect(await result.finishReason).toBe('stop')
    expect(await result.usage).toMatchObject({ inputTokens: 7, outputTokens: 4, totalTokens: 11 })
  })

  test('calls tools and tells the model their results', async () => {
    node.driver.script = [{ reasoning: ['Hm.'], toolCalls: [rome, oslo] }, { pieces: ['Sunny both.'] }]
    const asked: string[] = []
    const tools = { weather: weatherTool(asked) }
    const result = await generateText({
      ...asking(),
      tools,
      stopWhen: isStepCount(3),
    })
    expect(result.text).toBe('Sunny both.')
    expect(result.steps.map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'stop'])
    expect(asked).toEqual(['Rome', 'Oslo'])
    const prompt = node.driver.requests[1]?.prompt
    const told = prompt?.type === 'chat' ? prompt.messages.slice(1) : []
    expect(told.map(({ role, toolCallId }) => toolCallId ?? role)).toEqual(['assistant', 'call_a', 'call_b'])
    expect(told[0]?.parts.map(({ type }) => type)).toEqual(['reasoning', 'tool-call', 'tool-call'])
  })

  test('demands a call, or the call of one tool', async () => {
    node.driver.script = { toolCalls: [rome] }
    const tools = { weather: weatherTool([]) }
    await generateText({ ...asking(), tools, toolChoice: 'required' })
    await generateText({ ...asking(), tools, toolChoice: { type: 'tool', toolName: 'weather' } })
    expect(node.driver.requests.map(({ toolChoice }) => toolChoice)).toEqual([
      { type: 'required' },
      { type: 'tool', name: 'weather' },
    ])
  })

  test('calls tools of a stream', async () => {
    node.driver.script = [{ pieces: ['Wait.'], toolCalls: [rome, oslo] }, { pieces: ['Sunny both.'] }]
    const asked: string[] = []
    const result = streamText({
      ...asking(),
      tools: { weather: weatherTool(asked) },
      stopWhen: isStepCount(3),
    })
    await result.consumeStream()
    expect(await result.text).toBe('Sunny both.')
    expect(asked.toSorted()).toEqual(['Oslo', 'Rome'])
  })

  test('does not stumble over tools that the node runs', async () => {
    node.driver.script = [
      { toolCalls: [{ id: 'call_1', name: 'add', arguments: ['{"a":2,"b":3}'] }] },
      { pieces: ['Five.'] },
    ]
    const result = streamText({ ...asking(), tools: { add: tool({ inputSchema: z.object({}) }) } })
    expect(await result.text).toBe('Five.')
    expect(await result.toolCalls).toEqual([])
  })

  test('gets an object of a schema', async () => {
    node.driver.script = { pieces: ['{"city":', '"Rome"}'] }
    const output = Output.object({ schema: z.object({ city: z.string() }) })
    expect((await generateText({ ...asking(), output })).output).toEqual({ city: 'Rome' })
    expect(node.driver.requests[0]?.output).toMatchObject({
      type: 'json-schema',
      schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    })
    const partials: unknown[] = []
    const stream = streamText({ ...asking(), output })
    for await (const partial of stream.partialOutputStream) partials.push(partial)
    expect(partials.at(-1)).toEqual({ city: 'Rome' })
  })

  test('completes and embeds', async () => {
    node.driver.script = { pieces: ['upon a time.'] }
    const model = provider().completionModel('tiny')
    expect((await generateText({ model, prompt: 'Once' })).text).toBe('upon a time.')
    const { embeddings, usage } = await embedMany({
      model: provider().embeddingModel('tiny'),
      values: ['a', 'b'],
    })
    expect(embeddings).toHaveLength(2)
    expect(usage.tokens).toBe(4)
  })

  test('gets errors that name the status and the reason', async () => {
    const answer = generateText({ model: provider()('gpt-99'), prompt, maxRetries: 0 })
    const error = await answer.catch((thrown: unknown) => thrown)
    expect(APICallError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ statusCode: 404, isRetryable: false, message: expect.stringContaining("'gpt-99'") }) // prettier-ignore
  })

  test('gets the error of a stream that fails', async () => {
    node.driver.script = { failsAfter: 1 }
    const errors: unknown[] = []
    const result = streamText({ ...asking(), onError: ({ error }) => void errors.push(error) })
    await result.consumeStream()
    expect(errors).toHaveLength(1)
    expect(String(errors[0])).toContain('stopped unexpectedly')
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

describe("Vercel's ai at a real node", () => {
  const place = z.object({ city: z.enum(['Rome', 'Oslo']) })
  const asking = (model: string) => ({ model: provider(real.url)(model), prompt, maxRetries: 0, seed: 1 })

  test('gets the whole text and its stream', async () => {
    expect((await generateText(asking('known-answer'))).text).toBe(KNOWN_ANSWER)
    const stream = streamText(asking('known-answer'))
    expect(await stream.text).toBe(KNOWN_ANSWER)
    expect((await stream.usage).outputTokens).toBeGreaterThan(5)
  })

  test('calls a tool with arguments that fit, and gets an object that fits', async () => {
    const cities: string[] = []
    const execute = async ({ city }: z.infer<typeof place>) => {
      cities.push(city)
      return 'Sunny.'
    }
    await generateText({
      ...asking('random'),
      maxOutputTokens: 1000,
      tools: { weather: tool({ inputSchema: place, execute }) },
      toolChoice: { type: 'tool', toolName: 'weather' },
    })
    expect(cities.length).toBeGreaterThan(0)
    const { output } = await generateText({ ...asking('random'), output: Output.object({ schema: place }) })
    expect(['Rome', 'Oslo']).toContain(output.city)
  })
})
