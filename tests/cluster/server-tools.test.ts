import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import OpenAI from 'openai'
import { startHttpCalculator } from '../support/mcp/calculator-http.ts'
import type { HttpCalculator } from '../support/mcp/calculator-http.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'
import { REPOSITORY } from '../support/source-files.ts'
import { jsonOf } from '../support/wire-json.ts'

let node: RunningNode
let web: HttpCalculator
let client: OpenAI

/** Real MCP servers over both transports, one that is not there, and a function of this node. */
const toolsFile = () => ({
  mcpServers: {
    local: { command: process.execPath, args: [join(REPOSITORY, 'tests/support/mcp/calculator-stdio.ts')] },
    web: { url: web.url },
    missing: { command: '/no/such/program' },
  },
  functions: {
    add_here: {
      description: 'Adds two numbers.',
      command: [process.execPath, '-e', 'const { a, b } = await Bun.stdin.json(); console.log(a + b)'],
    },
  },
})

beforeAll(async () => {
  web = startHttpCalculator()
  node = await startNode({
    models: { random: 'random-bpe' },
    prepare: (models) => writeFile(join(models, '..', 'tools.json'), JSON.stringify(toolsFile())),
  })
  client = new OpenAI({ baseURL: `${node.url}/v1`, apiKey: 'none' })
}, 60_000)

afterAll(async () => {
  await node.stop()
  await web.stop()
}, 60_000)

const ask = (path: string, body: object) =>
  fetch(`${node.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'random',
      messages: [{ role: 'user', content: 'Add 2 and 3.' }],
      max_tokens: 120,
      seed: 7,
      ...body,
    }),
  })

const small = { type: 'integer', minimum: 0, maximum: 9 }
const addHere = {
  type: 'function',
  function: {
    name: 'add_here',
    parameters: { type: 'object', properties: { a: small, b: small }, required: ['a', 'b'] },
  },
} as const

describe('a model of random weights that must call', () => {
  test('a function of this node: it is run with what the model wrote, and the answer goes on', async () => {
    const reply = await jsonOf(
      ask('/v1/chat/completions', { tools: [addHere], tool_choice: 'required', parallel_tool_calls: false }),
    )
    const [call] = reply.choices[0].message.server_tool_calls
    const { a, b } = JSON.parse(call.function.arguments)
    expect(call).toMatchObject({ function: { name: 'add_here' }, output: String(a + b), is_error: false })
    expect(reply.choices[0].message.tool_calls ?? []).toEqual([])
  }, 60_000)

  test.each(['local', 'web'])(
    'the tools of the MCP server %s, by its name',
    async (server) => {
      const reply = await jsonOf(
        ask('/v1/chat/completions', {
          metadata: { mcp_servers: server },
          tool_choice: { type: 'function', function: { name: 'add_numbers' } },
        }),
      )
      const [call] = reply.choices[0].message.server_tool_calls
      const { a, b } = JSON.parse(call.function.arguments)
      expect(call).toMatchObject({ function: { name: 'add_numbers' }, is_error: false })
      expect(Number(call.output)).toBeCloseTo(a + b, 5)
    },
    60_000,
  )

  test('in a stream that the official client reads to its end', async () => {
    const stream = client.chat.completions.stream({
      model: 'random',
      messages: [{ role: 'user', content: 'Add.' }],
      tools: [addHere],
      tool_choice: 'required',
      max_tokens: 60,
    })
    const completion = await stream.finalChatCompletion()
    expect(completion.choices).toHaveLength(1)
    expect(['stop', 'length', 'tool_calls']).toContain(completion.choices[0]?.finish_reason ?? '')
  }, 60_000)
})

test('the servers of this node are listed, and the one that is missing says why', async () => {
  const { servers } = await jsonOf(fetch(`${node.url}/v1/mcp/servers/random`))
  expect(servers).toMatchObject([
    { name: 'local', type: 'stdio' },
    { name: 'web', type: 'http' },
    { name: 'missing', tools: [], problem: expect.any(String) },
  ])
  expect(servers[0].tools).toContain('add_numbers')
})

test('a request cannot define a server: only names of the configuration count', async () => {
  const metadata = { mcp_servers: '/bin/sh -c id, http://127.0.0.1:1/mcp' }
  const response = await ask('/v1/chat/completions', { metadata, max_tokens: 5 })
  expect(response.status).toBe(200)
  expect(response.headers.get('x-skein-warnings')).toContain('No MCP server')
})
