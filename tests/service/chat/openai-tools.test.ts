import { describe, expect, test } from 'bun:test'
import { callApp, ssePayloads } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import type { ScriptedCall } from '../../support/scripted-engine.ts'
import { jsonOf } from '../../support/wire-json.ts'
import type { WireJson } from '../../support/wire-json.ts'

const CHAT = '/v1/chat/completions'
const hello = { model: 'tiny', messages: [{ role: 'user', content: 'Weather in Rome and Oslo?' }] }
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const weather = {
  type: 'function',
  function: { name: 'weather', description: 'Tells the weather.', parameters, strict: true },
}
const clock = { type: 'function', function: { name: 'clock' } }
const withTools = { ...hello, tools: [weather, clock] }
const CALLS: readonly ScriptedCall[] = [
  { id: 'call_a', name: 'weather', arguments: ['{"city":', '"Rome"}'] },
  { id: 'call_b', name: 'weather', arguments: ['{"city":"Oslo"}'] },
]

const asked = async (json: object) => {
  const { app, driver } = createScriptedNode()
  const response = await callApp(app, CHAT, { json })
  expect(response.status).toBe(200)
  return driver.requests[0]
}

describe('the tools of a chat completion', () => {
  test('reach the engine with their schemas', async () => {
    const request = await asked(withTools)
    expect(request?.prompt).toMatchObject({
      tools: [
        { name: 'weather', description: 'Tells the weather.', parameters, isStrict: true },
        { name: 'clock', parameters: { type: 'object', properties: {} } },
      ],
    })
    expect(request).not.toHaveProperty('toolChoice')
    expect(request).not.toHaveProperty('isOneCallOnly')
  })

  const inJson = (choice: unknown) => JSON.stringify(choice)
  const choices: [unknown, object | undefined][] = [
    ['auto', undefined],
    ['required', { type: 'required' }],
    [
      { type: 'function', function: { name: 'clock' } },
      { type: 'tool', name: 'clock' },
    ],
    [
      { type: 'function', name: 'clock' },
      { type: 'tool', name: 'clock' },
    ],
    [inJson({ type: 'function', function: { name: 'clock' } }), { type: 'tool', name: 'clock' }],
    [inJson('required'), { type: 'required' }],
    [{ type: 'required' }, { type: 'required' }],
  ]
  test.each(choices)('are chosen by %p', async (tool_choice, toolChoice) => {
    expect((await asked({ ...withTools, tool_choice }))?.toolChoice).toEqual(toolChoice as never)
  })

  test('are not told to a model that may not call any', async () => {
    expect((await asked({ ...withTools, tool_choice: 'none' }))?.prompt).not.toHaveProperty('tools')
  })

  test('are narrowed to those that are allowed', async () => {
    for (const mode of ['auto', 'required']) {
      const request = await asked({
        ...withTools,
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode, tools: [{ type: 'function', function: { name: 'clock' } }] },
        },
      })
      expect(request?.prompt).toMatchObject({ tools: [{ name: 'clock' }] })
      expect(request?.toolChoice).toEqual(mode === 'required' ? { type: 'required' } : undefined)
    }
  })

  test('are called one at a time when parallel calls are not wanted', async () => {
    expect((await asked({ ...withTools, parallel_tool_calls: false }))?.isOneCallOnly).toBe(true)
  })

  test('may be written without the type of their arguments', async () => {
    const json = {
      ...hello,
      tools: [{ function: { name: 'f', parameters: { properties: { a: {} } }, strict: null } }],
    }
    expect((await asked(json))?.prompt).toMatchObject({
      tools: [{ name: 'f', parameters: { type: 'object', properties: { a: {} } } }],
    })
  })

  test('of MCP servers are those that the metadata name, unless no tool may be called', async () => {
    // Without any server configured the wish is dropped; that it was read shows in a choice that only they can hold.
    const json = { ...hello, metadata: { mcp_servers: ' files, web ', team: 'a' } }
    expect((await asked({ ...json, tool_choice: 'required' }))?.toolChoice).toEqual({ type: 'required' })
  })
})

describe('calls of tools', () => {
  test('are in the message, whose content is null when there is no text', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { toolCalls: CALLS }
    const reply = await jsonOf(callApp(app, CHAT, { json: withTools }))
    expect(reply.choices[0]).toEqual({
      index: 0,
      message: {
        role: 'assistant',
        content: null,
        refusal: null,
        annotations: [],
        tool_calls: [
          { index: 0, id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
          { index: 1, id: 'call_b', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
        ],
      },
      logprobs: null,
      finish_reason: 'tool_calls',
    }) // prettier-ignore
  })

  test('follow the text and the thoughts', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { reasoning: ['Hm', '.'], pieces: ['Look', 'ing.'], toolCalls: [CALLS[1]!] }
    const { choices, usage } = await jsonOf(callApp(app, CHAT, { json: withTools }))
    expect(choices[0].message).toMatchObject({
      content: 'Looking.',
      reasoning_content: 'Hm.',
      reasoning: 'Hm.',
      tool_calls: [{ id: 'call_b' }],
    })
    expect(usage.completion_tokens_details.reasoning_tokens).toBe(2)
  })

  test('are streamed: thoughts, text, then for each call its name once and its arguments', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { reasoning: ['Hm.'], pieces: ['Wait.'], toolCalls: CALLS }
    const response = await callApp(app, CHAT, { json: { ...withTools, stream: true } })
    const payloads = ssePayloads(await response.text())
    expect(payloads.at(-1)).toBe('[DONE]')
    const chunks = payloads.slice(0, -1).map((chunk) => chunk.choices[0])
    expect(chunks.map(({ delta }) => delta)).toEqual([
      { role: 'assistant', content: '', refusal: null },
      { reasoning_content: 'Hm.', reasoning: 'Hm.' },
      { content: 'Wait.' },
      { tool_calls: [{ index: 0, id: 'call_a', type: 'function', function: { name: 'weather', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '"Rome"}' } }] },
      { tool_calls: [{ index: 1, id: 'call_b', type: 'function', function: { name: 'weather', arguments: '' } }] },
      { tool_calls: [{ index: 1, function: { arguments: '{"city":"Oslo"}' } }] },
      {},
    ]) // prettier-ignore
    expect(chunks.map(({ finish_reason: reason }) => reason).filter(Boolean)).toEqual(['tool_calls'])
    expect(payloads.slice(0, -1).some((chunk) => 'usage' in chunk)).toBe(false)
  })

  test('that the budget cut off end with length', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { toolCalls: CALLS }
    const { choices } = await jsonOf(callApp(app, CHAT, { json: { ...withTools, max_tokens: 2 } }))
    expect(choices[0].finish_reason).toBe('length')
    expect(choices[0].message.tool_calls[0].function.arguments).toBe('{"city":')
  })
})

describe("OpenAI's former functions", () => {
  const legacy = { ...hello, functions: [weather.function, clock.function] }

  test('are tools of which one is called', async () => {
    const request = await asked({ ...legacy, function_call: { name: 'clock' } })
    expect(request).toMatchObject({ toolChoice: { type: 'tool', name: 'clock' }, isOneCallOnly: true })
    expect(request?.prompt).toMatchObject({ tools: [{ name: 'weather' }, { name: 'clock' }] })
    expect((await asked({ ...legacy, function_call: 'none' }))?.prompt).not.toHaveProperty('tools')
  })

  test('are answered by a function_call, whole and streamed', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { toolCalls: [CALLS[0]!] }
    const { choices } = await jsonOf(callApp(app, CHAT, { json: legacy }))
    expect(choices[0].finish_reason).toBe('function_call')
    expect(choices[0].message).toMatchObject({
      content: null,
      function_call: { name: 'weather', arguments: '{"city":"Rome"}' },
    })
    expect(choices[0].message).not.toHaveProperty('tool_calls')
    const response = await callApp(app, CHAT, { json: { ...legacy, stream: true } })
    const chunks = ssePayloads(await response.text()).slice(1, -1)
    expect(chunks.map((chunk: WireJson) => chunk.choices[0].delta)).toEqual([
      { function_call: { name: 'weather', arguments: '' } },
      { function_call: { arguments: '{"city":' } },
      { function_call: { arguments: '"Rome"}' } },
      {},
    ])
    expect(chunks.at(-1).choices[0].finish_reason).toBe('function_call')
  })
})

describe('what a chat completion refuses of tools', () => {
  const tool = (changes: object) => ({ ...hello, tools: [{ type: 'function', function: { name: 'f', ...changes } }] }) // prettier-ignore
  const refusals: [string, object, string][] = [
    ['tools that are no list', { ...hello, tools: {} }, 'tools'],
    ['a tool that is a string', { ...hello, tools: ['f'] }, 'tools[0]'],
    ['a tool of its own kind', { ...hello, tools: [{ type: 'custom', custom: {} }] }, 'tools[0].type'],
    ['a tool without a function', { ...hello, tools: [{ type: 'function' }] }, 'tools[0].function'],
    ['a name with a space', tool({ name: 'a b' }), 'tools[0].function.name'],
    ['no name', tool({ name: null }), 'tools[0].function.name'],
    ['a description that is a number', tool({ description: 1 }), 'tools[0].function.description'],
    ['a schema that is a list', tool({ parameters: [] }), 'tools[0].function.parameters'],
    ['arguments that are a list', tool({ parameters: { type: 'array' } }), 'tools[0].function.parameters.type'],
    ['strictness in words', tool({ strict: 'yes' }), 'tools[0].function.strict'],
    ['two tools of one name', { ...hello, tools: [clock, clock] }, 'tools[1]'],
    ['too many tools', { ...hello, tools: Array.from({ length: 513 }, () => clock) }, 'tools'],
    ['functions beside tools', { ...withTools, functions: [clock.function] }, 'functions'],
    ['an unknown choice', { ...withTools, tool_choice: 'maybe' }, 'tool_choice'],
    ['a choice that is a number', { ...withTools, tool_choice: 1 }, 'tool_choice'],
    ['a choice of broken JSON', { ...withTools, tool_choice: '{"type"' }, 'tool_choice'],
    ['a choice without a name', { ...withTools, tool_choice: { type: 'function' } }, 'tool_choice.name'],
    ['an unknown tool', { ...withTools, tool_choice: { type: 'function', name: 'x' } }, 'tool_choice'],
    ['a custom choice', { ...withTools, tool_choice: { type: 'custom' } }, 'tool_choice.type'],
    ['a call without tools', { ...hello, tool_choice: 'required' }, 'tool_choice'],
    ['an unknown function', { ...hello, function_call: { name: 'x' } }, 'function_call'],
    [
      'allowed tools that are not there',
      { ...withTools, tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ name: 'x' }] } } },
      'tool_choice',
    ],
    [
      'allowed tools without a mode',
      { ...withTools, tool_choice: { type: 'allowed_tools', allowed_tools: { tools: [] } } },
      'tool_choice.allowed_tools.mode',
    ],
    [
      'allowed tools among those of MCP servers',
      {
        ...withTools,
        metadata: { mcp_servers: 'web' },
        tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ name: 'clock' }] } },
      },
      'tool_choice',
    ],
    ["a prompt of LocalAI's MCP servers", { ...hello, metadata: { mcp_prompt: 'p' } }, 'metadata.mcp_prompt'],
    ['metadata that are a list', { ...hello, metadata: [] }, 'metadata'],
  ] // prettier-ignore
  test.each(refusals)('%s', async (_, json, param) => {
    const { app, driver } = createScriptedNode()
    const response = await callApp(app, CHAT, { json })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error).toMatchObject({ type: 'invalid_request_error', param })
    expect(driver.requests).toHaveLength(0)
  })
})
