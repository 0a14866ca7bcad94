import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import OpenAI from 'openai'
import { zodResponsesFunction, zodTextFormat } from 'openai/helpers/zod'
import type { FunctionTool } from 'openai/resources/responses/responses'
import { z } from 'zod'
import { adderTools } from '../support/adder-tool.ts'
import { serveScriptedNode } from '../support/scripted-http-node.ts'
import type { ScriptedHttpNode } from '../support/scripted-http-node.ts'

const model = 'tiny'
const input = 'The weather in Rome?'
const parameters = {
  type: 'object' as const,
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const weather: FunctionTool = { type: 'function', name: 'weather', parameters, strict: true }
const rome = { id: 'call_a', name: 'weather', arguments: ['{"city":', '"Rome"}'] }
const oslo = { id: 'call_b', name: 'weather', arguments: ['{"city":"Oslo"}'] }

let node: ScriptedHttpNode
let client: OpenAI

beforeEach(() => {
  let ids = 0
  node = serveScriptedNode({ serverTools: adderTools, createId: () => `${++ids}`.padStart(8, '0') })
  client = new OpenAI({ baseURL: `${node.url}/v1`, apiKey: 'none', maxRetries: 0 })
})

afterEach(() => node.stop())

describe('tools and forms through the official openai client and the Responses API', () => {
  test('a call is made, answered in a second turn, and spoken of', async () => {
    node.driver.script = [{ reasoning: ['Hm.'], toolCalls: [rome, oslo] }, { pieces: ['Sunny', '.'] }]
    const asked = await client.responses.create({ model, input, tools: [weather] })
    const calls = asked.output.flatMap((item) => (item.type === 'function_call' ? [item] : []))
    expect(calls.map((call) => call.arguments)).toEqual(['{"city":"Rome"}', '{"city":"Oslo"}'])
    const answered = await client.responses.create({
      model,
      tools: [weather],
      input: [
        { role: 'user', content: input },
        ...asked.output.flatMap((item) =>
          item.type === 'function_call' || item.type === 'reasoning' ? [item] : [],
        ),
        ...calls.map((call) => ({
          type: 'function_call_output' as const,
          call_id: call.call_id,
          output: 'sunny',
        })),
      ],
    })
    expect(answered.output_text).toBe('Sunny.')
    expect(node.driver.requests.at(-1)?.prompt).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant', parts: [{ type: 'reasoning' }, { type: 'tool-call' }, { type: 'tool-call' }] },
        { role: 'tool', toolCallId: 'call_a' },
        { role: 'tool', toolCallId: 'call_b' },
      ],
    })
  })

  test('thoughts, text and calls are streamed through the helper that checks every event', async () => {
    node.driver.script = { reasoning: ['Let', ' me.'], pieces: ['Wait', '.'], toolCalls: [rome, oslo] }
    const stream = client.responses.stream({ model, input, tools: [weather] })
    let partial = ''
    stream.on('response.function_call_arguments.delta', ({ delta }) => {
      partial += delta
    })
    const final = await stream.finalResponse()
    expect(partial).toBe('{"city":"Rome"}{"city":"Oslo"}')
    expect(final.output.map(({ type }) => type)).toEqual([
      'reasoning',
      'message',
      'function_call',
      'function_call',
    ])
    expect(final.output[2]).toMatchObject({ call_id: 'call_a', parsed_arguments: { city: 'Rome' } })
  })

  test('calls that the node answers itself come with what came of them', async () => {
    const add = { id: 'call_c', name: 'add', arguments: ['{"a":2,"b":3}'] }
    node.driver.script = [{ toolCalls: [add] }, { pieces: ['It is 5.'] }]
    const tool: FunctionTool = {
      type: 'function',
      name: 'add',
      parameters: { type: 'object' },
      strict: false,
    }
    const stream = client.responses.stream({ model, input, tools: [tool] })
    const final = await stream.finalResponse()
    expect(final.output.map(({ type }) => type as string)).toEqual([
      'function_call',
      'function_call_output',
      'message',
    ])
    expect(final.output_text).toBe('It is 5.')
    const { id } = final
    expect((await client.responses.retrieve(id)).output[1]).toMatchObject({ call_id: 'call_c', output: '5' })
  })

  test('a text of a given form is parsed, and so are the arguments of a call', async () => {
    const Forecast = z.object({ city: z.string(), degrees: z.number() })
    node.driver.script = [{ pieces: ['{"city":"Rome",', '"degrees":21}'] }, { toolCalls: [rome] }]
    const parsed = await client.responses.parse({
      model,
      input,
      text: { format: zodTextFormat(Forecast, 'forecast') },
    })
    expect(parsed.output_parsed).toEqual({ city: 'Rome', degrees: 21 })
    expect(node.driver.requests[0]?.output).toMatchObject({
      type: 'json-schema',
      schema: { required: ['city', 'degrees'] },
    })
    const called = await client.responses.parse({
      model,
      input,
      tools: [zodResponsesFunction({ name: 'weather', parameters: z.object({ city: z.string() }) })],
      tool_choice: 'required',
    })
    expect(called.output[0]).toMatchObject({ type: 'function_call', parsed_arguments: { city: 'Rome' } })
    expect(node.driver.requests[1]).toMatchObject({ toolChoice: { type: 'required' } })
  })
})
