import { describe, expect, test } from 'bun:test'
import { callApp } from '../../support/call-app.ts'
import { RESPONSES, createResponsesNode, respond } from '../../support/scripted-responses.ts'
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
