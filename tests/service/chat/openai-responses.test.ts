import { describe, expect, test } from 'bun:test'
import { callApp } from '../../support/call-app.ts'
import {
  RESPONSES,
  createResponsesNode,
  refusal,
  respond,
  streamed,
} from '../../support/scripted-responses.ts'
import type { WireJson } from '../../support/wire-json.ts'
import { jsonOf } from '../../support/wire-json.ts'

const PNG = `data:image/png;base64,${Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]).toString('base64')}`
const weather = {
  type: 'function',
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: true,
}
const call = { id: 'call_1', name: 'get_weather', arguments: ['{"city":', '"Oslo"}'] }

/** The messages that the engine got last, as role and text. */
const messagesOf = (node: ReturnType<typeof createResponsesNode>): WireJson => {
  const prompt = node.driver.requests.at(-1)?.prompt
  return prompt?.type === 'chat' ? prompt.messages : undefined
}

describe('a response', () => {
  test('has every field of the resource, with its default', async () => {
    expect(await respond(createResponsesNode(), { input: 'hi' })).toEqual({
      id: 'resp_00000001',
      object: 'response',
      access_programs: null,
      created_at: 1_700_000_000,
      completed_at: 1_700_000_000,
      status: 'completed',
      background: false,
      error: null,
      incomplete_details: null,
      instructions: null,
      max_output_tokens: null,
      max_tool_calls: null,
      metadata: {},
      model: 'tiny',
      output: [
        {
          type: 'message',
          id: 'msg_0000000100000',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Hello from the script.', annotations: [], logprobs: [] }],
        },
      ],
      parallel_tool_calls: true,
      previous_response_id: null,
      prompt_cache_key: null,
      reasoning: { effort: null, summary: null },
      safety_identifier: null,
      service_tier: 'default',
      store: true,
      temperature: 1,
      text: { format: { type: 'text' } },
      tool_choice: 'none',
      tools: [],
      top_logprobs: 0,
      top_p: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      truncation: 'disabled',
      usage: {
        input_tokens: 7,
        input_tokens_details: { cached_tokens: 3, cache_write_tokens: 0 },
        output_tokens: 5,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 12,
      },
      user: null,
    })
  })

  test('repeats what the request said', async () => {
    const said = {
      model: 'TINY',
      instructions: 'Be brief.',
      metadata: { run: '7' },
      temperature: 0.5,
      top_p: 0.9,
      max_output_tokens: 50,
      parallel_tool_calls: false,
      user: 'me',
      safety_identifier: 's',
      prompt_cache_key: 'k',
      store: false,
      tools: [weather],
      tool_choice: { type: 'function', name: 'get_weather' },
    }
    const response = await respond(createResponsesNode(), { ...said, input: 'hi' })
    expect(response).toMatchObject({ ...said, tools: [{ ...weather, description: null }] })
  })

  test('is asked of the model as instructions, history and input', async () => {
    const node = createResponsesNode()
    await respond(node, {
      instructions: 'Be brief.',
      input: [
        { role: 'developer', content: 'In English.' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Weather?' }, { type: 'input_image', image_url: PNG }] },
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Look it up.' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Wait.' }] },
        { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Oslo"}' },
        { type: 'function_call_output', call_id: 'call_1', output: [{ type: 'input_text', text: 'rain' }] },
        { role: 'user', content: 'And now?' },
      ],
    }) // prettier-ignore
    expect(messagesOf(node)).toEqual([
      { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'system', parts: [{ type: 'text', text: 'In English.' }] },
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'Weather?' },
          expect.objectContaining({ type: 'image', field: 'input[1].content[1]' }),
        ],
      },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'Look it up.' },
          { type: 'text', text: 'Wait.' },
          { type: 'tool-call', id: 'call_1', name: 'get_weather', arguments: '{"city":"Oslo"}' },
        ],
      },
      {
        role: 'tool',
        name: 'get_weather',
        toolCallId: 'call_1',
        parts: [{ type: 'text', text: 'rain' }],
      },
      { role: 'user', parts: [{ type: 'text', text: 'And now?' }] },
    ])
  })

  test('passes on sampling, budget, format, reasoning and tools to the engine', async () => {
    const node = createResponsesNode()
    const schema = { type: 'object', properties: { answer: { type: 'integer' } } }
    await respond(node, {
      input: 'hi',
      temperature: 0.2,
      top_p: 0.3,
      top_k: 4,
      seed: 9,
      max_output_tokens: 3,
      text: { format: { type: 'json_schema', name: 'answer', schema, strict: true } },
      reasoning: { effort: 'low' },
      tools: [weather, { ...weather, name: 'other' }],
      tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'other' }] },
      parallel_tool_calls: false,
      top_logprobs: 2,
      include: ['message.output_text.logprobs'],
    })
    expect(node.driver.requests[0]).toMatchObject({
      sampling: { temperature: 0.2, topP: 0.3, topK: 4, seed: 9 },
      maxTokens: 3,
      output: { type: 'json-schema', schema },
      prompt: { reasoning: { effort: 'low' }, tools: [{ name: 'other', isStrict: true }] },
      toolChoice: { type: 'required' },
      isOneCallOnly: true,
      logprobs: 2,
    })
  })

  test('tells the model of no tool when it may call none', async () => {
    const node = createResponsesNode()
    const response = await respond(node, { input: 'hi', tools: [weather], tool_choice: 'none' })
    expect(node.driver.requests[0]?.prompt).not.toHaveProperty('tools')
    expect(response).toMatchObject({ tool_choice: 'none', tools: [{ name: 'get_weather' }] })
  })

  test('is incomplete when its budget ends it', async () => {
    const response = await respond(createResponsesNode(), { input: 'hi', max_output_tokens: 2 })
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ status: 'incomplete', content: [{ text: 'Hello from' }] }],
    })
  })

  test('has thoughts, text and calls as items of their own, in their order', async () => {
    const node = createResponsesNode()
    node.driver.script = {
      reasoning: ['Hm', 'm.'],
      pieces: ['Wait.'],
      toolCalls: [call, { ...call, id: 'call_2' }],
    }
    const { output, usage } = await respond(node, { input: 'hi', tools: [weather] })
    expect(output.map((item: WireJson) => item.type)).toEqual(['reasoning', 'message', 'function_call', 'function_call']) // prettier-ignore
    expect(output[0]).toMatchObject({ summary: [], content: [{ type: 'reasoning_text', text: 'Hmm.' }] })
    expect(output[2]).toEqual({
      type: 'function_call',
      id: 'fc_0000000100002',
      status: 'completed',
      call_id: 'call_1',
      name: 'get_weather',
      arguments: '{"city":"Oslo"}',
    })
    expect(usage.output_tokens_details.reasoning_tokens).toBe(2)
  })

  test('tells the probabilities of its tokens when asked', async () => {
    const { output } = await respond(createResponsesNode(), {
      input: 'hi',
      top_logprobs: 2,
      include: ['message.output_text.logprobs'],
    })
    const [first] = output[0].content[0].logprobs
    expect(first).toMatchObject({ token: 'Hello', bytes: [72, 101, 108, 108, 111] })
    expect(first.top_logprobs.map((other: WireJson) => other.token)).toEqual(['Hello', '?'])
  })

  test('tells what of the request has no effect', async () => {
    const { app } = createResponsesNode()
    const { headers } = await callApp(app, RESPONSES, {
      json: { input: 'hi', text: { verbosity: 'low' }, truncation: 'auto', unheard: 1, stop: null },
    })
    for (const name of ['text.verbosity', 'truncation', 'unheard'])
      expect(headers.get('x-skein-warnings')).toContain(name)
  })

  test('tells how many tokens it would be made from', async () => {
    const node = createResponsesNode()
    const counted = await jsonOf(callApp(node.app, `${RESPONSES}/input_tokens`, { json: { input: 'hi' } }))
    expect(counted).toEqual({ object: 'response.input_tokens', input_tokens: 7 })
    expect(node.driver.counted).toHaveLength(1)
  })
})

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
})

describe('a request that cannot be honoured', () => {
  const wrong: readonly (readonly [body: object, param: string | null])[] = [
    [{ input: 7 }, 'input'],
    [{ input: { role: 'user', content: 'hi' } }, 'input'],
    [{ input: [] }, 'input'],
    [{}, 'input'],
    [{ input: ['hi'] }, 'input[0]'],
    [{ input: [{ role: 'robot', content: 'hi' }] }, 'input[0].role'],
    [{ input: [{ role: 'user' }] }, 'input[0].content'],
    [{ input: [{ role: 'user', content: [{ type: 'input_file', file_url: 'http://x' }] }] }, 'input[0].content[0]'],
    [{ input: [{ role: 'user', content: [{ type: 'input_audio' }] }] }, 'input[0].content[0]'],
    [{ input: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] }, 'input[0].content[0].type'],
    [{ input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] }, 'input[0].content[0].file_id'],
    [{ input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'x' }] }] }, 'input[0].content[0].image_url'],
    [{ input: [{ type: 'web_search_call', id: 'w' }] }, 'input[0].type'],
    [{ input: [{ type: '__proto__', id: 'w' }] }, 'input[0].type'],
    [{ input: [{ type: 'function_call', name: 'f', arguments: '{}' }] }, 'input[0].call_id'],
    [{ input: [{ type: 'function_call', call_id: 'c', name: 'f', arguments: 'x' }] }, 'input[0].arguments'],
    [{ input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] }, 'input[0].call_id'],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input[0].id'],
    [{ input: 'hi', tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools[0].function'],
    [{ input: 'hi', tools: [{ type: 'web_search' }] }, 'tools[0].type'],
    [{ input: 'hi', tools: [{ type: 'mcp', server_label: 'x' }] }, 'tools[0].type'],
    [{ input: 'hi', tools: [{ ...weather, name: 'no name' }] }, 'tools[0].name'],
    [{ input: 'hi', tool_choice: 'required' }, 'tool_choice'],
    [{ input: 'hi', tools: [weather], tool_choice: { type: 'function', name: 'x' } }, 'tool_choice'],
    [{ input: 'hi', background: true, store: false }, 'background'],
    [{ input: 'hi', conversation: 'conv_1' }, 'conversation'],
    [{ input: 'hi', prompt: { id: 'p' } }, 'prompt'],
    [{ input: 'hi', max_tokens: 5 }, 'max_tokens'],
    [{ input: 'hi', max_output_tokens: 0 }, 'max_output_tokens'],
    [{ input: 'hi', temperature: 'hot' }, 'temperature'],
    [{ input: 'hi', text: { format: { type: 'xml' } } }, 'text.format.type'],
    [{ input: 'hi', text: { format: { type: 'json_schema', name: 'x' } } }, 'text.format.schema'],
    [{ input: 'hi', reasoning: { effort: 'extreme' } }, 'reasoning.effort'],
    [{ input: 'hi', metadata: 'x' }, 'metadata'],
  ] // prettier-ignore
  test.each(wrong)('%j is refused by the name of its field', async (json, param) => {
    const node = createResponsesNode()
    expect(await refusal(node, RESPONSES, { json })).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      param,
    })
    expect(node.driver.requests).toEqual([])
  })

  test('names a response or a model that is not there', async () => {
    const node = createResponsesNode()
    const unknown = { json: { input: 'hi', previous_response_id: 'resp_x' } }
    expect(await refusal(node, RESPONSES, unknown)).toMatchObject({
      status: 404,
      type: 'not_found',
      code: 'previous_response_not_found',
      param: 'previous_response_id',
    })
    expect(await refusal(node, RESPONSES, { json: { model: 'gpt-99', input: 'hi' } })).toMatchObject({
      status: 404,
      code: 'model_not_found',
    })
  })

  test('is no JSON, and is told so', async () => {
    const body = '{"input":'
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } }
    expect(await refusal(createResponsesNode(), RESPONSES, init)).toMatchObject({ status: 400, param: null })
  })
})
