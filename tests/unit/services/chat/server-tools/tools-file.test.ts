import { expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseToolsFile, readToolsFile } from '@service/chat/server-tools/tools-file.ts'

const parse = (value: unknown) => parseToolsFile(JSON.stringify(value), '/home/tools.json')

test('takes servers as clients of MCP write them, and functions', () => {
  const file = {
    mcpServers: {
      files: { command: 'npx', args: ['-y', 'x'], env: { A: '1' } },
      web: { url: 'https://a/mcp' },
    },
    functions: { add: { description: 'd', parameters: { type: 'object' }, command: ['add'] } },
  }
  expect(parse(file)).toEqual(file)
})

test('no file is no tools', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'skein-tools-'))
  try {
    expect(await readToolsFile(join(directory, 'tools.json'))).toEqual({})
    await writeFile(join(directory, 'tools.json'), '{"functions":{}}')
    expect(await readToolsFile(join(directory, 'tools.json'))).toEqual({ functions: {} })
  } finally {
    await rm(directory, { recursive: true })
  }
})

test.each([
  ['unknown fields', { servers: {} }, 'servers'],
  ['a server without an address', { mcpServers: { a: {} } }, 'mcpServers'],
  ['an address that is no web address', { mcpServers: { a: { url: 'file:///x' } } }, 'mcpServers'],
  ['a function without a command', { functions: { f: { command: [] } } }, 'command'],
  ['a name with spaces', { functions: { 'a b': { command: ['x'] } } }, 'functions'],
])('%s: refused with the file and the place', (_, value, place) => {
  expect(() => parse(value)).toThrow(new RegExp(`/home/tools.json is wrong: .*${place}`))
})

test('a broken file is refused', () => {
  expect(() => parseToolsFile('{', '/home/tools.json')).toThrow('is not valid JSON')
})
