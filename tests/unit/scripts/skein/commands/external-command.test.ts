import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { skein } from '../scripted-door.ts'

const EXTERNAL = {
  id: 'ext_1',
  object: 'external',
  name: 'studio',
  url: 'http://studio.local:11434',
  product: 'ollama',
  version: '0.12.1',
  state: 'up',
  reason: null,
  latency_ms: 12,
  models: [{ id: 'llama3.2', capabilities: ['chat'] }],
}

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-external-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('list shows every machine, how it is doing and what it has', async () => {
  const down = {
    ...EXTERNAL,
    name: 'attic',
    version: null,
    product: 'openai',
    state: 'down',
    latency_ms: null,
    models: [],
  }
  const { output } = await skein(
    { 'GET /v1/externals': () => ({ object: 'list', data: [EXTERNAL, down] }) },
    'external',
  )
  expect(output).toMatch(/MACHINE\s+URL\s+IS\s+STATE\s+MODELS/)
  expect(output).toMatch(/studio\s+http:\/\/studio.local:11434\s+ollama 0\.12\.1\s+up, 12 ms\s+llama3\.2/)
  expect(output).toMatch(/attic .*openai\s+down/)
})

test('list says how to add one when there is none', async () => {
  const { output } = await skein(
    { 'GET /v1/externals': () => ({ object: 'list', data: [] }) },
    'external',
    'list',
  )
  expect(output).toContain('skein external add')
})

test('add sends what was said, with the key of the file, and shows the key nowhere', async () => {
  const file = join(directory, 'key')
  writeFileSync(file, 'sk-secret\n')
  const bodies: unknown[] = []
  const route = {
    'POST /v1/externals': async (request: Request) => {
      bodies.push(await request.json())
      return Response.json(EXTERNAL)
    },
  }
  const words = ['external', 'add', 'studio.local:11434', '--name', 'studio', '--key-file', file]
  const { notes, output, thrown } = await skein(route, ...words, '--model', 'a,b', '--slots', '3')
  expect(thrown).toBeUndefined()
  expect(bodies).toEqual([
    { url: 'http://studio.local:11434', name: 'studio', api_key: 'sk-secret', models: ['a', 'b'], slots: 3 },
  ])
  expect(output).toContain(
    'studio is added: ollama 0.12.1 at http://studio.local:11434, up, answers in 12 ms, 1 models',
  )
  expect(output + notes).not.toContain('sk-secret')
})

test('a key on the command line is refused and not shown again', async () => {
  const { notes, output, requests, thrown } = await skein(
    {},
    'external',
    'add',
    'http://x',
    '--key',
    'sk-secret',
  )
  expect(thrown).toMatchObject({ exitCode: 2, nextStep: expect.stringContaining('--key-file') })
  expect(`${output}${notes}${thrown}`).not.toContain('sk-secret')
  expect(requests).toEqual([])
})

test.each([
  ['is not there', 'missing', 1],
  ['is empty', 'empty', 2],
])('a key file that %s is told', async (_what, name, exitCode) => {
  writeFileSync(join(directory, 'empty'), '\n')
  const { thrown } = await skein({}, 'external', 'add', 'http://x', '--key-file', join(directory, name))
  expect(thrown).toMatchObject({ exitCode })
})

test('what the node says against a server is told', async () => {
  const route = {
    'POST /v1/externals': () =>
      Response.json({ error: { message: 'Nothing answers at http://x.' } }, { status: 400 }),
  }
  expect((await skein(route, 'external', 'add', 'http://x')).thrown).toMatchObject({
    message: 'Nothing answers at http://x.',
  })
})

test('check tells how a machine is doing, and fails when it does not answer', async () => {
  const route = { 'POST /v1/externals/studio/check': () => EXTERNAL }
  const { output, thrown } = await skein(route, 'external', 'check', 'studio')
  expect(output).toBe('studio: ollama 0.12.1 at http://studio.local:11434, up, answers in 12 ms, 1 models\n')
  expect(thrown).toBeUndefined()
  const down = { ...EXTERNAL, state: 'down', reason: 'it is off', latency_ms: null }
  const failed = await skein(
    { 'POST /v1/externals/studio/check': () => down },
    'external',
    'check',
    'studio',
    '--json',
  )
  expect(JSON.parse(failed.output)).toMatchObject({ state: 'down' })
  expect(failed.thrown).toMatchObject({ message: 'studio does not answer: it is off' })
})

test('rm removes by name', async () => {
  const route = { 'DELETE /v1/externals/studio': () => ({ id: 'ext_1', name: 'studio', deleted: true }) }
  expect((await skein(route, 'external', 'rm', 'studio')).output).toBe(
    'studio is removed, with its models and its key\n',
  )
})
