import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { ServerTool } from '@service/chat/features/server-tools/server-tools.ts'
import { createConfiguredTools } from '@service/chat/server-tools/configured-tools.ts'
import type { ConfiguredTools } from '@service/chat/server-tools/configured-tools.ts'
import { createLog } from '@shared/log/create-log.ts'
import { startHttpCalculator } from '../../../../support/mcp/calculator-http.ts'
import type { HttpCalculator } from '../../../../support/mcp/calculator-http.ts'
import { REPOSITORY } from '../../../../support/source-files.ts'

const never = new AbortController().signal
const log = createLog('test', 'silent')
const STDIO = { command: process.execPath, args: [join(REPOSITORY, 'tests/support/mcp/calculator-stdio.ts')] }

let http: HttpCalculator
let tools: ConfiguredTools

beforeAll(() => {
  http = startHttpCalculator()
  tools = createConfiguredTools(
    {
      mcpServers: {
        local: { ...STDIO, env: { GREETING: 'hello' } },
        web: { url: http.url, headers: { authorization: 'Bearer of-the-operator' } },
        missing: { command: '/no/such/program' },
      },
      functions: {
        shout: {
          description: 'Says it loudly.',
          parameters: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
          command: [process.execPath, '-e', 'console.log((await Bun.stdin.json()).text.toUpperCase())'],
        },
      },
    },
    { environment: { PATH: process.env['PATH'] ?? '' }, log },
  )
})

afterAll(async () => {
  await tools.close()
  await http.stop()
})

const select = async (mcpServers: readonly string[] | 'all', functions: readonly string[] = []) =>
  tools.select({ mcpServers, functions }, never)

const named = (list: readonly ServerTool[], name: string): ServerTool => {
  const tool = list.find(({ definition }) => definition.name === name)
  if (tool === undefined) throw new Error(`there is no ${name}`)
  return tool
}

describe.each(['local', 'web'])('the MCP server %s', (server) => {
  test('offers its tools with their schemas, and runs them', async () => {
    const { mcp, warnings } = await select([server])
    expect(warnings).toEqual([])
    const add = named(mcp, 'add_numbers')
    expect(add.definition).toMatchObject({
      description: 'Adds two numbers.',
      parameters: { type: 'object', properties: { a: { type: 'number' } }, required: ['a', 'b'] },
    })
    expect(await add.call({ a: 2, b: 3 }, never)).toEqual({ text: '5', isError: false })
  })

  test('tells the model of a tool that fails, and of arguments that are wrong', async () => {
    const { mcp } = await select([server])
    expect(await named(mcp, 'always_fails').call({}, never)).toMatchObject({
      isError: true,
      text: expect.stringContaining('nothing to be done'),
    })
    expect((await named(mcp, 'add_numbers').call({ a: 'two' }, never)).isError).toBe(true)
  })
})

test('sends the configured headers, and no others of ours', async () => {
  await select(['web'])
  expect(new Set(http.credentials)).toEqual(new Set(['Bearer of-the-operator']))
})

test('a process of an MCP server sees the configured variables and nothing of the service', async () => {
  process.env['SKEIN_SECRET_OF_THE_TEST'] = 'x'
  const { mcp } = await select(['local'])
  const { text } = await named(mcp, 'what_environment').call({}, never)
  delete process.env['SKEIN_SECRET_OF_THE_TEST']
  expect(text.split(' ')).toContain('GREETING')
  expect(text).not.toContain('SKEIN_SECRET')
})

test('a server that ended is started again for the next call', async () => {
  const { mcp } = await select(['local'])
  expect((await named(mcp, 'die').call({}, never)).isError).toBe(true)
  const again = await select(['local'])
  expect(await named(again.mcp, 'add_numbers').call({ a: 1, b: 1 }, never)).toEqual({
    text: '2',
    isError: false,
  })
})

test('a server that is not configured, or cannot be reached, is a warning', async () => {
  const { mcp, warnings } = await select(['missing', 'unknown'])
  expect(mcp).toEqual([])
  expect(warnings.toSorted()).toEqual([
    "No MCP server 'unknown' is configured on this node.",
    expect.stringContaining("The MCP server 'missing' cannot be reached:"),
  ])
})

test('tools of one name are told apart by their server', async () => {
  const { mcp } = await select(['local', 'web'])
  const names = mcp.map(({ definition }) => definition.name).filter((name) => name.includes('add_numbers'))
  expect(names).toHaveLength(2)
  expect(names.filter((name) => /^(local|web)__add_numbers$/.test(name))).toHaveLength(1)
})

test('all servers are listed with their tools, and with what is wrong', async () => {
  const servers = await tools.mcpServers(never)
  expect(servers.map(({ name, type }) => [name, type])).toEqual([
    ['local', 'stdio'],
    ['web', 'http'],
    ['missing', 'stdio'],
  ])
  expect(servers[0]?.tools).toContain('add_numbers')
  expect(servers[2]).toMatchObject({ tools: [], problem: expect.any(String) })
})

describe('functions of the configuration', () => {
  test('are selected by the names that the caller lists', async () => {
    const { functions } = await select([], ['shout', 'something_of_the_caller'])
    expect(functions.map(({ definition }) => definition.name)).toEqual(['shout'])
    expect(await named(functions, 'shout').call({ text: 'hi' }, never)).toEqual({
      text: 'HI',
      isError: false,
    })
  })
})
