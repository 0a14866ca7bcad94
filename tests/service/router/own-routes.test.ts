import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { ScreenBrightness } from '@service/router/features/screen/screen-brightness.ts'
import { INTERNAL_ROUTES } from '@shared/contracts/internal-routes.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { routeEntry } from '../../support/scripted-service.ts'

const screen = { brightness: 0.25 }
const fakeScreen: ScreenBrightness = {
  read: async () => screen.brightness,
  async write(brightness) {
    screen.brightness = brightness
    return brightness
  },
}

let live: LiveRouter
beforeAll(async () => {
  live = await startLiveRouter({
    models: ['llama'],
    screen: fakeScreen,
    chat: {
      routes: [routeEntry('POST', '/v1/chat/completions', { capability: 'chat' })],
      answer: () => new Response('ok'),
      documents: {
        openapi: {
          openapi: '3.0.3',
          info: { title: 'chat', version: '1' },
          paths: { '/v1/chat/completions': { post: { summary: 'Chat', 'x-skein': { kind: 'placed' } } } },
        },
        metrics:
          '# HELP process_cpu_seconds_total CPU.\n# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 7\n',
      },
    },
  })
  live.store.states = [{ id: 'llama', state: 'ready', lastUsedAt: null }]
})
afterAll(() => live.close())

const json = async (path: string, init?: RequestInit): Promise<unknown> => (await live.ask(path, init)).json()

describe('the state of the node', () => {
  test('is what ai.local’s clients look for, and more', async () => {
    expect(await json('/status')).toEqual({
      status: 'Running',
      message: 'Server is currently running, waiting for the catalogue of models.',
      name: 'skein',
      version: '0.0.1',
      uptimeSeconds: 1,
      port: live.port,
      platform: 'linux',
      services: [
        { name: 'chat', state: 'up', version: '0.0.1', restarts: 0 },
        { name: 'model-store', state: 'up', version: '0.0.1', restarts: 0 },
      ],
      models: [{ id: 'llama', state: 'ready' }],
      queue: { waiting: 0, running: 0 },
      cluster: null,
    })
    const head = await live.ask('/status', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('is empty for HEAD /, and a page for GET /', async () => {
    const head = await live.ask('/', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const page = await live.ask('/')
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await page.text()).toContain('llama')
  })

  test('has a request id like every reply', async () => {
    for (const path of ['/', '/status', '/v1/queue/none']) {
      expect(
        (await live.ask(path, { headers: { 'x-request-id': 'mine' } })).headers.get('x-request-id'),
      ).toBe('mine')
    }
  })
})

describe('the documentation', () => {
  test('holds the routes of the services and of the router itself', async () => {
    const { paths, info } = (await json('/v1/openapi.json')) as {
      paths: Record<string, object>
      info: object
    }
    expect(info).toMatchObject({ title: 'Skein' })
    expect(paths).toMatchObject({
      '/v1/chat/completions': { post: { 'x-skein': { kind: 'placed' } } },
      '/status': { get: { 'x-skein': { kind: 'local' } } },
      '/api/services/screen/brightness': { get: {}, post: {} },
      '/v1/queue/{requestId}': { get: {} },
      '/metrics': { get: {} },
    })
    expect(Object.keys(paths).filter((path) => path.startsWith('/_skein'))).toEqual([])
  })

  test('has a page that loads everything from this node', async () => {
    const page = await (await live.ask('/swagger')).text()
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//)
    expect(page).toContain('/v1/openapi.json')
    const assets = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1]!)
    expect(assets.length).toBe(2)
    for (const asset of assets) {
      const reply = await live.ask(asset)
      expect(reply.status).toBe(200)
      expect((await reply.arrayBuffer()).byteLength).toBeGreaterThan(100_000)
    }
  })

  test('serves no other file', async () => {
    for (const name of ['package.json', '..%2f..%2fpackage.json', 'constructor', '%2e%2e/main.ts']) {
      expect((await live.ask(`/swagger/assets/${name}`)).status).toBe(404)
    }
  })
})

describe('the metrics', () => {
  test('are those of all services, told apart, each described once', async () => {
    await live.ask('/v1/chat/completions', { method: 'POST', body: '{"model":"llama"}' })
    await live.ask('/v1/unknown/path/1')
    const text = await (await live.ask('/metrics')).text()
    expect(text).toContain('process_cpu_seconds_total{service="chat"} 7')
    expect(text).toMatch(/process_cpu_seconds_total\{service="router"\} [\d.]+/)
    expect(text.match(/# TYPE process_cpu_seconds_total /g)).toHaveLength(1)
    expect(text).toContain(
      'skein_http_requests_total{route="/v1/chat/completions",dialect="openai",service="chat",method="POST",status="200"} 1',
    )
    expect(text).toContain('route="unknown",dialect="openai",service="router",method="GET",status="404"')
    expect(text).not.toContain('/v1/unknown/path/1')
    expect(text).toContain('skein_service_up{service="router",of="chat"} 1')
    expect(text).toContain('skein_queue_waiting{service="router",class="interactive"} 0')
    expect(text).toMatch(
      /api_call_bucket\{service="router",le="0.005",(method="POST",path="\/v1\/chat\/completions"|path="\/v1\/chat\/completions",method="POST")\} 1/,
    )
  })

  test('have few labels, whatever clients send', async () => {
    const linesOf = async (): Promise<number> =>
      (await (await live.ask('/metrics')).text()).split('\n').length
    await live.ask('/nothing/0', { method: 'PURGE' })
    const before = await linesOf()
    for (let count = 1; count < 20; count += 1) {
      await live.ask(`/nothing/${count}`, { method: `X${count}` })
      await live.ask('/v1/chat/completions', { method: 'POST', body: `{"model":"m${count}"}` })
    }
    expect(await linesOf()).toBeLessThanOrEqual(before + 1)
  })
})

describe('the screen', () => {
  const path = '/api/services/screen/brightness'
  const set = (body: string): Promise<Response> =>
    live.ask(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } })

  test('tells its brightness and takes another', async () => {
    expect(await json(path)).toEqual({ brightness: 0.25 })
    expect(await (await set('{"brightness":0.8}')).json()).toEqual({
      requestedBrightness: 0.8,
      appliedBrightness: 0.8,
    })
    expect(await json(path)).toEqual({ brightness: 0.8 })
  })

  test('takes the nearer end for what is outside of 0 to 1', async () => {
    expect(await (await set('{"brightness":7}')).json()).toEqual({
      requestedBrightness: 7,
      appliedBrightness: 1,
    })
    expect(await (await set('{"brightness":-1}')).json()).toMatchObject({ appliedBrightness: 0 })
  })

  test.each(['{"brightness":1e999}', '{"brightness":"0.5"}', '{"brightness":null}', '{}', 'x', ''])(
    'refuses what is no finite number: %p',
    async (body) => {
      const reply = await set(body)
      expect(reply.status).toBe(400)
      expect(await reply.json()).toMatchObject({ error: { code: 'invalid_request' } })
    },
  )

  test('that cannot be reached is a 501 with the reason', async () => {
    const other = await startLiveRouter()
    try {
      const reply = await other.ask(path)
      expect(reply.status).toBe(501)
      expect(await reply.json()).toMatchObject({
        error: { code: 'not_supported', message: 'This machine has no screen.' },
      })
    } finally {
      await other.close()
    }
  })
})

test('the control plane of the router tells its routes to who has its socket, not to the world', async () => {
  const inside = await live.router.control.handle(new Request(`http://localhost${INTERNAL_ROUTES.manifest}`))
  expect(await inside.json()).toMatchObject({
    service: 'router',
    routes: expect.arrayContaining([expect.objectContaining({ method: 'GET', path: '/status' })]),
  })
  expect((await live.ask(INTERNAL_ROUTES.manifest)).status).toBe(404)
})
