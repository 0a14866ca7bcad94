import { afterEach, describe, expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter, LiveRouterOptions } from '../../support/live-router.ts'
import { routeEntry } from '../../support/scripted-service.ts'

const FORWARDED = { 'x-forwarded-for': '203.0.113.7' }

let live: LiveRouter
const start = async (options: LiveRouterOptions = {}): Promise<void> => {
  const routes = [routeEntry('POST', '/v1/chat/completions', { capability: 'chat' })]
  live = await startLiveRouter({ chat: { routes, answer: () => new Response('ok') }, ...options })
}

/** Nothing watches the catalogue here: the first request that names a model has it read. */
const readCatalogue = async (): Promise<void> => {
  const reply = await live.ask('/v1/chat/completions', { method: 'POST', body: '{"model":"llama"}' })
  expect(reply.status).toBe(200)
}
afterEach(() => live.close())

const readiness = async () => {
  const reply = await live.ask('/readyz')
  const text = await reply.text()
  return { status: reply.status, retryAfter: reply.headers.get('retry-after'), text }
}

describe('whether the node is ready', () => {
  test('is no while the catalogue was not read, and yes afterwards, without a body', async () => {
    await start()
    const before = await readiness()
    expect([before.status, before.retryAfter]).toEqual([503, '1'])
    expect(JSON.parse(before.text)).toEqual({
      status: 'starting',
      reason: 'waiting for the catalogue of models',
    })
    await readCatalogue()
    expect(await readiness()).toEqual({ status: 200, retryAfter: null, text: '' })
    const head = await live.ask('/readyz', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('is no again while a service is down, which is named', async () => {
    await start()
    await readCatalogue()
    expect((await readiness()).status).toBe(200)
    await live.chat.die()
    await live.router.directory.refresh('chat')
    const { status, text } = await readiness()
    expect(status).toBe(503)
    expect(JSON.parse(text).reason).toBe('waiting for chat')
    expect(await (await live.ask('/status')).json()).toMatchObject({
      status: 'Running',
      message: 'Server is currently running, waiting for chat.',
    })
    live.chat.revive()
    await eventually('chat is seen again', async () => (await readiness()).status === 200)
  })

  test('names every service that has not come up', async () => {
    await start({ absent: ['chat', 'model-store'] })
    expect(JSON.parse((await readiness()).text).reason).toBe('waiting for chat and model-store')
    for (const path of ['/health', '/healthz']) expect((await live.ask(path)).status).toBe(200)
  })
})

describe('strangers', () => {
  test('learn that a node is there and whether it is ready, and nothing more', async () => {
    await start()
    const bodyOf = async (path: string) => (await live.ask(path, { headers: FORWARDED })).text()
    expect(await bodyOf('/health')).toBe('{"status":"ok"}')
    expect(await bodyOf('/healthz')).toBe('')
    expect((await live.ask('/readyz', { headers: FORWARDED })).status).toBe(503)
  })

  test.each([
    '/',
    '/status',
    '/version',
    '/license',
    '/system',
    '/system/resources',
    '/api/resources',
    '/api/features',
    '/.well-known/localai.json',
    '/api/instructions',
    '/api/instructions/monitoring',
  ])('need a key for %s, whatever the method', async (path) => {
    await start()
    for (const method of ['GET', 'HEAD']) {
      const reply = await live.ask(path, { method, headers: FORWARDED })
      expect([method, reply.status]).toEqual([method, 401])
    }
  })

  test('find no other route of the router open', async () => {
    await start()
    const open = live.router.directory.table.entries.filter(({ scope }) => scope === 'public')
    expect(open.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /health',
      'GET /healthz',
      'GET /readyz',
    ])
  })
})
