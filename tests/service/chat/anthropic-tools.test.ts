import { describe, expect, test } from 'bun:test'
import type { ChatPrompt } from '@shared/inference/generate-request.ts'
import { callApp, ssePayloads } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import type { ScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const MESSAGES = '/v1/messages'
const hello = { model: 'tiny', max_tokens: 50, messages: [{ role: 'user', content: 'Weather?' }] }
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const weather = { name: 'get_weather', description: 'Tells the weather.', input_schema: schema }
const call = (id: string, city: string) => ({
  id,
  name: 'get_weather',
  arguments: ['{"city":', `"${city}"`, '}'],
})
const toolUse = (id: string, city: string) => ({
  type: 'tool_use',
  id,
  name: 'get_weather',
  input: { city },
})
const caller = { type: 'direct' }

const promptOf = ({ driver }: ScriptedNode): ChatPrompt => {
  const prompt = driver.requests[0]?.prompt
  if (prompt?.type !== 'chat') throw new Error('The engine was not asked to chat.')
  return prompt
}

describe('tools of a message', () => {
  test('reach the model as they are described', async () => {
    const node = createScriptedNode()
    const tools = [
      { ...weather, type: 'custom', cache_control: { type: 'ephemeral' }, eager_input_streaming: true },
      { name: 'a-b_C9', input_schema: {}, strict: true, allowed_callers: ['direct'] },
    ]
    const response = await callApp(node.app, MESSAGES, { json: { ...hello, tools } })
    expect(response.status).toBe(200)
    expect(response.headers.has('x-skein-warnings')).toBe(false)
    expect(promptOf(node).tools).toEqual([
      { name: 'get_weather', description: 'Tells the weather.', parameters: schema },
      { name: 'a-b_C9', parameters: { type: 'object' }, isStrict: true },
    ])
    expect(node.driver.requests[0]).not.toHaveProperty('toolChoice')
  })

  const choices: [string, object, object][] = [
    ['auto', { type: 'auto' }, {}],
    ['any', { type: 'any' }, { toolChoice: { type: 'required' } }],
    ['tool', { type: 'tool', name: 'get_weather' }, { toolChoice: { type: 'tool', name: 'get_weather' } }],
    ['one at a time', { type: 'auto', disable_parallel_tool_use: true }, { isOneCallOnly: true }],
    [
      'exactly one',
      { type: 'any', disable_parallel_tool_use: true },
      { toolChoice: { type: 'required' }, isOneCallOnly: true },
    ],
  ]
  test.each(choices)('are chosen from: %s', async (_, tool_choice, expected) => {
    const { app, driver } = createScriptedNode()
    await callApp(app, MESSAGES, { json: { ...hello, tools: [weather], tool_choice } })
    const { toolChoice, isOneCallOnly } = driver.requests[0] ?? {}
    const asked = { toolChoice, isOneCallOnly }
    expect(JSON.parse(JSON.stringify(asked))).toEqual(expected)
  })

  test('are not told to the model when it may call none', async () => {
    const node = createScriptedNode()
    await callApp(node.app, MESSAGES, { json: { ...hello, tools: [weather], tool_choice: { type: 'none' } } })
    expect(promptOf(node)).not.toHaveProperty('tools')
  })

  test('warn of what a template has no room for', async () => {
    const { app } = createScriptedNode()
    const tools = [{ ...weather, input_examples: [{ city: 'Rome' }], defer_loading: true, frobnicate: 1 }]
    const response = await callApp(app, MESSAGES, { json: { ...hello, tools } })
    expect(response.status).toBe(200)
    for (const field of ['input_examples', 'defer_loading', 'frobnicate'])
      expect(response.headers.get('x-skein-warnings')).toContain(`'${field}'`)
  })

  const deep = JSON.parse('{"a":'.repeat(100) + '1' + '}'.repeat(100))
  const refusals: [string, object, string, RegExp][] = [
    ['a tool that is a string', { tools: ['f'] }, 'tools.0', /an object/],
    ['no name', { tools: [{ input_schema: {} }] }, 'tools.0.name', /a string/],
    ['a name with a blank', { tools: [{ ...weather, name: 'a b' }] }, 'tools.0.name', /letters/],
    ['two of one name', { tools: [weather, weather] }, 'tools.1.name', /earlier tool/],
    ['no schema', { tools: [{ name: 'f' }] }, 'tools.0.input_schema', /an object/],
    ['a schema of a list', { tools: [{ name: 'f', input_schema: { type: 'array' } }] }, 'tools.0.input_schema.type', /'obj/],
    ['a schema without an end', { tools: [{ name: 'f', input_schema: deep }] }, 'tools.0.input_schema', /64 levels/],
    ['a description that is none', { tools: [{ ...weather, description: 1 }] }, 'tools.0.description', /a string/],
    ['strict in words', { tools: [{ ...weather, strict: 'yes' }] }, 'tools.0.strict', /a boolean/],
    ['a web search', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools.0.type', /own servers run/],
    ['code execution', { tools: [{ type: 'code_execution_20260521', name: 'c' }] }, 'tools.0.type', /own servers run/],
    ['a shell of Anthropic’s', { tools: [{ type: 'bash_20250124', name: 'bash' }] }, 'tools.0.type', /custom tool/],
    ['an editor of Anthropic’s', { tools: [{ type: 'text_editor_20250728', name: 's' }] }, 'tools.0.type', /custom tool/],
    ['a tool of tomorrow', { tools: [{ type: 'telepathy', name: 't' }] }, 'tools.0.type', /'telepathy'/],
    ['a tool for code alone', { tools: [{ ...weather, allowed_callers: ['code_execution_20250825'] }] },
      'tools.0.allowed_callers', /'direct'/],
    ['too many', { tools: Array.from({ length: 1025 }, () => weather) }, 'tools', /at most 1024/],
    ['a choice that is a word', { tools: [weather], tool_choice: 'auto' }, 'tool_choice', /an object/],
    ['a choice of another tool', { tools: [weather], tool_choice: { type: 'tool', name: 'x' } }, 'tool_choice.name', /'x'/],
    ['an unknown choice', { tools: [weather], tool_choice: { type: 'x' } }, 'tool_choice.type', /none of auto/],
  ] // prettier-ignore
  test.each(refusals)('are refused: %s', async (_, change, param, message) => {
    const { app, driver } = createScriptedNode()
    const response = await callApp(app, MESSAGES, { json: { ...hello, ...change } })
    expect(response.status).toBe(400)
    const { error } = await jsonOf(response)
    expect(error).toMatchObject({ type: 'invalid_request_error', details: { param } })
    expect(error.message).toMatch(message)
    expect(driver.requests).toHaveLength(0)
  })
})

describe('calls of tools', () => {
  const json = { ...hello, tools: [weather] }
  const twoCalls = {
    reasoning: ['Two', ' cities.'],
    pieces: ['I will', ' look.'],
    toolCalls: [call('call_1', 'Rome'), call('call_2', 'Oslo')],
  }

  test('follow what the model thought and said', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = twoCalls
    const reply = await jsonOf(callApp(app, MESSAGES, { json }))
    expect(reply).toMatchObject({ stop_reason: 'tool_use', stop_sequence: null })
    expect(reply.content).toEqual([
      { type: 'thinking', thinking: 'Two cities.', signature: '' },
      { type: 'text', text: 'I will look.', citations: null },
      { ...toolUse('call_1', 'Rome'), caller },
      { ...toolUse('call_2', 'Oslo'), caller },
    ])
    expect(reply.usage).toMatchObject({ output_tokens: 12, output_tokens_details: { thinking_tokens: 2 } })
  })

  test('stream block by block', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = twoCalls
    const body = await (await callApp(app, MESSAGES, { json: { ...json, stream: true } })).text()
    const events = ssePayloads(body)
    const delta = (index: number, change: object) => ({ type: 'content_block_delta', index, delta: change })
    const stop = (index: number) => ({ type: 'content_block_stop', index })
    const start = (index: number, content_block: object) => ({
      type: 'content_block_start',
      index,
      content_block,
    })
    const input = (index: number, partial_json: string) =>
      delta(index, { type: 'input_json_delta', partial_json })
    expect(events.slice(1, -2)).toEqual([
      start(0, { type: 'thinking', thinking: '', signature: '' }),
      { type: 'ping' },
      delta(0, { type: 'thinking_delta', thinking: 'Two' }),
      delta(0, { type: 'thinking_delta', thinking: ' cities.' }),
      delta(0, { type: 'signature_delta', signature: '' }),
      stop(0),
      start(1, { type: 'text', text: '', citations: null }),
      delta(1, { type: 'text_delta', text: 'I will' }),
      delta(1, { type: 'text_delta', text: ' look.' }),
      stop(1),
      start(2, { ...toolUse('call_1', ''), input: {}, caller }),
      input(2, '{"city":'),
      input(2, '"Rome"'),
      input(2, '}'),
      stop(2),
      start(3, { ...toolUse('call_2', ''), input: {}, caller }),
      input(3, '{"city":'),
      input(3, '"Oslo"'),
      input(3, '}'),
      stop(3),
    ])
    expect(events.at(-2)).toMatchObject({
      type: 'message_delta',
      delta: { stop_reason: 'tool_use' },
      usage: { output_tokens: 12, output_tokens_details: { thinking_tokens: 2 } },
    })
    expect(events.at(-1)).toEqual({ type: 'message_stop' })
  })

  test('that the budget cut off say max_tokens, and their blocks are closed', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { toolCalls: [call('call_1', 'Rome')] }
    const cut = { ...json, max_tokens: 2 }
    expect(await jsonOf(callApp(app, MESSAGES, { json: cut }))).toMatchObject({
      stop_reason: 'max_tokens',
      content: [{ type: 'tool_use', id: 'call_1', input: {} }],
    })
    const body = await (await callApp(app, MESSAGES, { json: { ...cut, stream: true } })).text()
    expect(ssePayloads(body).map(({ type }) => type)).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
  })
})
