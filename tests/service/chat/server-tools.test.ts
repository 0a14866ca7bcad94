import { describe, expect, test } from 'bun:test'
import type { ServerTool, ServerTools } from '@service/chat/features/server-tools/server-tools.ts'
import { callApp, ssePayloads } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import type { Script } from '../../support/scripted-engine.ts'
import { jsonOf } from '../../support/wire-json.ts'

const adder: ServerTool = {
  definition: { name: 'add', description: 'Adds.', parameters: { type: 'object' } },
  call: async ({ a, b }) => ({ text: String(Number(a) + Number(b)), isError: false }),
}

const serverTools: ServerTools = {
  hasAny: true,
  hasMcpServers: true,
  select: async ({ functions, mcpServers }) => ({
    functions: functions.includes('add') ? [adder] : [],
    mcp: mcpServers === 'all' || mcpServers.includes('calculator') ? [adder] : [],
    warnings: mcpServers !== 'all' && mcpServers.includes('nobody') ? ["No MCP server 'nobody'."] : [],
  }),
  mcpServers: async () => [{ name: 'calculator', type: 'stdio', tools: ['add'] }],
}

const asks = { toolCalls: [{ id: 'call_1', name: 'add', arguments: ['{"a":2,', '"b":3}'] }] }
const answers = { pieces: ['The sum', ' is 5.'] }
const CHAT = '/v1/chat/completions'
const listed = { type: 'function', function: { name: 'add', parameters: { type: 'object' } } }
const messages = [{ role: 'user', content: 'Add 2 and 3.' }]

const nodeWith = (...scripts: [Script, ...Script[]]) => {
  const node = createScriptedNode({ serverTools })
  node.driver.script = scripts
  return node
}

describe('a function of this node that the caller lists', () => {
  test('is run, its result told to the model, and the answer is the last turn', async () => {
    const { app, driver } = nodeWith(asks, answers)
    const response = await callApp(app, CHAT, {
      json: { messages, tools: [listed], tool_choice: 'required' },
    })
    const reply = await jsonOf(response)
    expect(reply.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: {
        content: 'The sum is 5.',
        server_tool_calls: [
          {
            id: 'call_1',
            function: { name: 'add', arguments: '{"a":2,"b":3}' },
            output: '5',
            is_error: false,
          },
        ],
      },
    })
    expect(reply.choices[0].message.tool_calls).toBeUndefined()
    expect(reply.usage).toMatchObject({ prompt_tokens: 14, completion_tokens: 5 })
    const [first, second] = driver.requests
    expect(first?.toolChoice).toEqual({ type: 'required' })
    expect(second?.toolChoice).toEqual({ type: 'auto' })
    expect(second?.prompt.type === 'chat' && second.prompt.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        parts: [{ type: 'tool-call', id: 'call_1', name: 'add', arguments: '{"a":2,"b":3}' }],
      },
      { role: 'tool', name: 'add', toolCallId: 'call_1', parts: [{ type: 'text', text: '5' }] },
    ])
  })

  test('is told in the stream, and the stream is one answer', async () => {
    const { app } = nodeWith(asks, answers)
    const response = await callApp(app, CHAT, { json: { messages, tools: [listed], stream: true } })
    const frames = ssePayloads(await response.text())
    expect(frames.filter(({ type }) => type === 'mcp_tool_result')).toMatchObject([
      { name: 'add', result: '5' },
    ])
    const choices = frames.flatMap((frame) => frame.choices ?? [])
    expect(choices.filter(({ delta }) => delta.role === 'assistant')).toHaveLength(1)
    expect(choices.filter(({ finish_reason }) => finish_reason !== null)).toMatchObject([
      { finish_reason: 'stop' },
    ])
    expect(choices.map(({ delta }) => delta.content ?? '').join('')).toBe('The sum is 5.')
    expect(frames.at(-1)).toBe('[DONE]')
  })

  test('beside a call of the caller’s own: that ends the answer', async () => {
    const both = { toolCalls: [...asks.toolCalls, { id: 'call_2', name: 'mine', arguments: ['{}'] }] }
    const { app, driver } = nodeWith(both, answers)
    const mine = { type: 'function', function: { name: 'mine' } }
    const response = await callApp(app, CHAT, { json: { messages, tools: [listed, mine] } })
    expect((await jsonOf(response)).choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ id: 'call_2', index: 0 }], server_tool_calls: [{ id: 'call_1' }] },
    })
    expect(driver.requests).toHaveLength(1)
  })

  test('ten rounds, then the model must answer without tools', async () => {
    const { app, driver } = nodeWith(asks)
    await callApp(app, CHAT, { json: { messages, tools: [listed], max_tokens: 1000 } })
    expect(driver.requests).toHaveLength(11)
    const last = driver.requests.at(-1)?.prompt
    expect(last?.type === 'chat' && last.tools).toEqual([])
  })

  test('the token budget is that of the whole answer', async () => {
    const { app, driver } = nodeWith(asks)
    const response = await callApp(app, CHAT, { json: { messages, tools: [listed], max_tokens: 7 } })
    expect(driver.requests.map(({ maxTokens }) => maxTokens)).toEqual([7, 4, 1])
    const reply = await jsonOf(response)
    expect(reply.choices[0].finish_reason).toBe('length')
    expect(reply.usage.completion_tokens).toBe(7)
  })
})

describe('MCP servers', () => {
  test('are selected by name, and their tools added to the caller’s', async () => {
    const { app, driver } = nodeWith(asks, answers)
    const json = { messages, metadata: { mcp_servers: 'calculator,nobody' } }
    const response = await callApp(app, CHAT, { json })
    expect((await jsonOf(response)).choices[0].message.content).toBe('The sum is 5.')
    expect(response.headers.get('x-skein-warnings')).toContain('nobody')
    const prompt = driver.requests[0]?.prompt
    expect(prompt?.type === 'chat' && prompt.tools).toEqual([adder.definition])
  })

  test.each(['/v1/mcp/chat/completions', '/mcp/v1/chat/completions', '/mcp/chat/completions'])(
    'all of them are used at %s',
    async (path) => {
      const { app } = nodeWith(asks, answers)
      const response = await callApp(app, path, { json: { messages } })
      expect((await jsonOf(response)).choices[0].message.content).toBe('The sum is 5.')
    },
  )

  test('without any configured that route says what to do', async () => {
    const { app } = createScriptedNode()
    const response = await callApp(app, '/v1/mcp/chat/completions', { json: { messages } })
    expect(response.status).toBe(501)
    expect((await jsonOf(response)).error.message).toContain('tools.json')
  })

  test('are listed', async () => {
    const { app } = createScriptedNode({ serverTools })
    expect(await jsonOf(await callApp(app, '/v1/mcp/servers/tiny'))).toEqual({
      model: 'tiny',
      servers: [{ name: 'calculator', type: 'stdio', tools: ['add'] }],
    })
  })
})
