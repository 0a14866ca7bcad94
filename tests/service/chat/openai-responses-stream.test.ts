import { describe, expect, test } from 'bun:test'
import { adderTools } from '../../support/adder-tool.ts'
import { callApp } from '../../support/call-app.ts'
import { RESPONSES, createResponsesNode, streamed } from '../../support/scripted-responses.ts'
import { jsonOf } from '../../support/wire-json.ts'
import type { WireJson } from '../../support/wire-json.ts'

const weather = {
  type: 'function',
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: true,
}
const call = { id: 'call_1', name: 'get_weather', arguments: ['{"city":', '"Oslo"}'] }

describe('a streamed response', () => {
  test('tells everything in the order and with the numbers that clients expect', async () => {
    const node = createResponsesNode()
    node.driver.script = { reasoning: ['Hm.'], pieces: ['Wa', 'it.'], toolCalls: [call] }
    const events = await streamed(node, { input: 'hi', tools: [weather] })
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index))
    expect(events.map(({ type, output_index: index }) => `${index ?? ''} ${type}`.trim())).toEqual([
      'response.created',
      'response.in_progress',
      '0 response.output_item.added',
      '0 response.content_part.added',
      '0 response.reasoning_text.delta',
      '0 response.reasoning_text.done',
      '0 response.content_part.done',
      '0 response.output_item.done',
      '1 response.output_item.added',
      '1 response.content_part.added',
      '1 response.output_text.delta',
      '1 response.output_text.delta',
      '1 response.output_text.done',
      '1 response.content_part.done',
      '1 response.output_item.done',
      '2 response.output_item.added',
      '2 response.function_call_arguments.delta',
      '2 response.function_call_arguments.delta',
      '2 response.function_call_arguments.done',
      '2 response.output_item.done',
      'response.completed',
    ])
    const done = events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item)
    expect(events.at(-1).response.output).toEqual(done)
    expect(events.at(-1).response).toEqual(await jsonOf(callApp(node.app, `${RESPONSES}/resp_00000001`)))
  })

  test('names its events beside the data, as the official client reads them', async () => {
    const { app } = createResponsesNode()
    const response = await callApp(app, '/responses', { json: { input: 'hi', stream: true } })
    expect(response.headers.get('content-type')).toStartWith('text/event-stream')
    const frames = (await response.text()).split('\n\n').filter((frame) => frame !== '')
    expect(frames.at(-1)).toBe('data: [DONE]')
    for (const frame of frames.slice(0, -1)) {
      const [name, data] = frame.split('\n')
      expect(name).toBe(`event: ${JSON.parse(data!.slice('data: '.length)).type}`)
    }
  })

  test('ends as incomplete when its budget ends it', async () => {
    const events = await streamed(createResponsesNode(), { input: 'hi', max_output_tokens: 1 })
    expect(events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { status: 'incomplete', output: [{ status: 'incomplete' }] },
    })
  })

  test('tells calls that this node answered itself, and what came of them, in their order', async () => {
    const node = createResponsesNode({ serverTools: adderTools })
    const add = { id: 'call_1', name: 'add', arguments: ['{"a":2,', '"b":3}'] }
    node.driver.script = [{ pieces: ['Wait.'], toolCalls: [add] }, { pieces: ['It is 5.'] }]
    const tools = [{ type: 'function', name: 'add', parameters: { type: 'object' } }]
    const events = await streamed(node, { input: 'hi', tools })
    const { output } = events.at(-1).response
    expect(output.map((item: WireJson) => item.id)).toEqual([
      'msg_0000000100000',
      'fc_0000000100001',
      'fco_0000000100002',
      'msg_0000000100003',
    ])
    expect(output[2]).toEqual({
      type: 'function_call_output',
      id: 'fco_0000000100002',
      status: 'completed',
      call_id: 'call_1',
      output: '5',
    })
    const done = events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item)
    expect(output).toEqual(done)
    node.driver.script = { pieces: ['Yes.'] }
    await streamed(node, { input: 'Sure?', previous_response_id: 'resp_00000001' })
    const prompt = node.driver.requests.at(-1)?.prompt
    expect(prompt?.type === 'chat' ? prompt.messages.map(({ role }) => role) : []).toEqual([
      'user', 'assistant', 'tool', 'assistant', 'user',
    ]) // prettier-ignore
  })
})
