import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createProgram } from '../../../../../scripts/skein/create-program.ts'
import { holdNodeLock } from '../../../../../scripts/skein/node/node-lock.ts'
import { nodePaths } from '../../../../../scripts/skein/node/node-paths.ts'
import { writeNodeRecord } from '../../../../../scripts/skein/node/node-record.ts'
import { recordTerminal, skein } from '../scripted-door.ts'

let wished: Record<string, unknown> = {}
const ROUTES = {
  'POST /v1/tokens': async (request: Request) => {
    wished = (await request.json()) as Record<string, unknown>
    return Response.json({
      id: 'key_1',
      label: wished['label'],
      masked: 'x',
      scopes: wished['scopes'],
      expiresAt: wished['expiresAt'],
      requestsPerMinute: wished['requestsPerMinute'],
      tokenBudget: wished['tokenBudget'],
      tokensUsed: 0,
      lastUsedAt: null,
      token: 'sk-skein-secret',
    })
  },
}

describe('a guest', () => {
  test('may ask models for a day, within a budget, and nothing else', async () => {
    const { notes, output, thrown } = await skein(ROUTES, 'guest')
    expect(thrown).toBeUndefined()
    expect(wished).toMatchObject({
      label: 'guest',
      scopes: ['inference'],
      requestsPerMinute: 60,
      tokenBudget: { tokens: 200_000, period: 'day' },
    })
    const hours = (Date.parse(String(wished['expiresAt'])) - Date.now()) / 3_600_000
    expect(hours).toBeGreaterThan(23.9)
    expect(hours).toBeLessThanOrEqual(24)
    expect(output).toMatch(/base URL +http:\/\/127\.0\.0\.1:\d+\/v1\n/)
    expect(output).toContain('sk-skein-secret')
    expect(output).toContain('█')
    expect(notes).toContain('skein key rm key_1')
  })

  test('may be given less, or more', async () => {
    const words = [
      '--model',
      'a,b',
      '--expires',
      '3h',
      '--budget',
      '5000/total',
      '--rate',
      'none',
      '--label',
      'Ana',
    ]
    const { output } = await skein(ROUTES, 'guest', ...words, '--json')
    expect(wished).toMatchObject({
      label: 'Ana',
      models: ['a', 'b'],
      requestsPerMinute: null,
      tokenBudget: { tokens: 5000, period: 'total' },
    })
    expect(JSON.parse(output)).toMatchObject({
      token: 'sk-skein-secret',
      baseUrl: expect.stringMatching(/\/v1$/),
    })
  })

  test('always ends', async () => {
    const { requests, thrown } = await skein(ROUTES, 'guest', '--expires', 'none')
    expect(thrown).toMatchObject({ code: 'commander.invalidArgument' })
    expect(requests).toEqual([])
  })
})

describe('where no guest could reach the node', () => {
  let home = ''
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'skein-guest-'))
  })
  afterEach(() => rm(home, { recursive: true }))

  const guest = async (): Promise<unknown> => {
    const recorded = recordTerminal({ SKEIN_HOME: home })
    return createProgram(recorded.context)
      .parseAsync(['guest'], { from: 'user' })
      .catch((error: unknown) => error)
  }

  test('no key is made, and the next step is told', async () => {
    expect(await guest()).toMatchObject({
      message: 'No node runs here.',
      nextStep: expect.stringContaining('up --lan'),
    })
  })

  test('because its door is on loopback, that is said', async () => {
    const paths = nodePaths(home)
    await mkdir(dirname(paths.lock), { recursive: true })
    const lock = holdNodeLock(paths.lock)
    try {
      writeNodeRecord(paths.record, {
        pid: process.pid,
        port: 8080,
        url: 'http://127.0.0.1:8080',
        lanUrls: [],
        version: '0.1.0',
        startedAt: '2026-11-21T10:00:00.000Z',
        state: 'ready',
        socketDirectory: home,
        services: [],
      })
      expect(await guest()).toMatchObject({
        message: expect.stringContaining('open on this machine alone'),
        nextStep: expect.stringContaining('up --lan'),
      })
    } finally {
      lock?.release()
    }
  })
})
