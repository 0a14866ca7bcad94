import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readKeyFile } from '@shared/access/key-file.ts'
import { hashSecret } from '@shared/access/key-secret.ts'
import { createProgram } from '../../../../../scripts/skein/create-program.ts'
import { openScriptedDoor, recordTerminal } from '../scripted-door.ts'
import type { DoorAnswer } from '../scripted-door.ts'

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'skein-keys-'))
})
afterEach(() => rm(home, { recursive: true }))

const run = async (environment: Readonly<Record<string, string>>, words: readonly string[]) => {
  const recorded = recordTerminal({ SKEIN_HOME: home, ...environment })
  const thrown: unknown = await createProgram(recorded.context)
    .parseAsync(words, { from: 'user' })
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  return { output: recorded.output(), notes: recorded.notes(), thrown }
}

/** While no node runs on the home of the test. */
const key = (...words: readonly string[]) => run({}, ['key', ...words])

const onDoor = async (
  routes: Readonly<Record<string, DoorAnswer>>,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) => {
  using door = openScriptedDoor(routes)
  const result = await run({ SKEIN_URL: door.url, ...environment }, ['key', ...words])
  return { ...result, requests: door.requests }
}

const KEY = {
  id: 'key_0123456789abcdef',
  label: 'phone\u001b[31m',
  masked: 'sk-skein-ab12…9f0c',
  scopes: ['inference'],
  expiresAt: '2027-01-31T00:00:00.000Z',
  requestsPerMinute: 60,
  tokenBudget: { tokens: 1000, period: 'day' },
  tokensUsed: 12,
  lastUsedAt: null,
}

describe('while no node runs', () => {
  test('a key is made in the file, its secret alone on standard output', async () => {
    const { notes, output, thrown } = await key('add', '--label', 'phone', '--scope', 'inference,metrics')
    expect(thrown).toBeUndefined()
    expect(output).toMatch(/^sk-skein-[0-9a-f]{64}\n$/)
    expect(notes).toContain("'phone' may: inference, metrics")
    expect(notes).not.toContain(output.trim())
    const [kept] = await readKeyFile(join(home, 'keys.json'))
    expect(kept).toMatchObject({ label: 'phone', secretHash: hashSecret(output.trim()) })
  })

  test('keys are listed, changed and revoked', async () => {
    expect((await key()).output).toContain('No keys.')
    const made = JSON.parse((await key('add', '--budget', '100000/day', '--rate', '60', '--json')).output)
    expect((await key('list')).output).toContain('60/min, 0 of 100000 tokens/day')
    await key('change', made.id, '--rate', 'none', '--label', 'tablet')
    expect(JSON.parse((await key('list', '--json')).output).data).toMatchObject([
      { id: made.id, label: 'tablet', requestsPerMinute: null, tokenBudget: { tokens: 100_000 } },
    ])
    expect((await key('rm', made.id, '--yes')).output).toContain('is revoked')
    expect((await key('list')).output).toContain('No keys.')
    expect((await key('rm', made.id, '--yes')).thrown).toMatchObject({ code: 'not_found' })
  })

  test('nothing is revoked by mistake', async () => {
    const { id } = JSON.parse((await key('add', '--json')).output)
    expect((await key('rm', id)).thrown).toMatchObject({ exitCode: 2 })
    expect((await key('list')).output).toContain(id)
  })

  test.each([
    ['--model', 'llama'],
    ['--bind', 'llama'],
    ['--route', '/v1/models'],
  ])('%s cannot be looked up, and that is said', async (option, value) => {
    expect((await key('add', option, value)).thrown).toMatchObject({
      nextStep: expect.stringContaining('up'),
    })
  })

  test.each([
    ['--origin', 'app.example'],
    ['--scope', 'everything'],
    ['--expires', '2020-01-01'],
    ['--label', ''],
  ])('%s %p is refused', async (option, value) => {
    expect((await key('add', option, value)).thrown).toMatchObject({ code: 'invalid_request' })
  })

  test('a file that others may read is refused with the way out', async () => {
    await key('add')
    await chmod(join(home, 'keys.json'), 0o644)
    expect((await key('list')).thrown).toMatchObject({ message: expect.stringContaining('chmod 600') })
  })

  test('a QR code is drawn beside the secret', async () => {
    const { output } = await key('add', '--qr')
    expect(output.split('\n')[0]).toMatch(/^sk-skein-/)
    expect(output).toContain('▄▄▄▄▄')
  })
})

describe('of a running node', () => {
  test('keys are listed, harmless for the terminal', async () => {
    const answer = { object: 'list', data: [KEY], hasMore: false, nextCursor: null }
    const { output } = await onDoor({ 'GET /v1/tokens': () => answer }, ['list'])
    expect(output).toContain('phone[31m')
    expect(output).not.toContain('\u001b')
    expect(output).toContain('60/min, 12 of 1000 tokens/day')
  })

  test('a key is made by its own route, with the key of who asks', async () => {
    let sent: unknown
    const { output, requests } = await onDoor(
      {
        'POST /v1/tokens': async (request) => {
          sent = { body: await request.json(), authorization: request.headers.get('authorization') }
          return Response.json({ ...KEY, token: 'sk-skein-new' }, { status: 201 })
        },
      },
      ['add', '--label', 'phone', '--model', 'llama', '--origin', 'https://app.example'],
      { SKEIN_API_KEY: 'sk-skein-admin' },
    )
    expect(requests).toEqual(['POST /v1/tokens'])
    expect(output).toBe('sk-skein-new\n')
    expect(sent).toEqual({
      authorization: 'Bearer sk-skein-admin',
      body: {
        label: 'phone',
        models: ['llama'],
        origins: ['https://app.example'],
        prefix: 'sk-skein-',
      },
    })
  })

  test('its refusal says where a key goes', async () => {
    const refusal = () => Response.json({ error: { message: 'No key.' } }, { status: 401 })
    const { thrown } = await onDoor({ 'GET /v1/tokens': refusal }, ['list'])
    expect(thrown).toMatchObject({ message: 'No key.', nextStep: expect.stringContaining('SKEIN_API_KEY') })
  })

  test('a key is changed and revoked by its id', async () => {
    const path = '/v1/tokens/key_0123456789abcdef'
    const routes = { [`PATCH ${path}`]: () => KEY, [`DELETE ${path}`]: () => ({ id: KEY.id, deleted: true }) }
    expect((await onDoor(routes, ['change', KEY.id, '--expires', 'none'])).output).toContain('is changed')
    expect((await onDoor(routes, ['rm', KEY.id, '--yes'])).output).toContain('is revoked')
    expect((await onDoor(routes, ['change', KEY.id])).thrown).toMatchObject({ exitCode: 2 })
  })
})
