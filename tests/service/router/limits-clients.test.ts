import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { connectRaw } from '../../support/raw-connection.ts'
import { routeEntry } from '../../support/scripted-service.ts'

const MEGABYTE = new Uint8Array(1024 * 1024).fill(65)
const UPLOAD_BYTES = 2e9

/** What the service of these tests is doing. */
const service = { held: [] as (() => void)[], ended: 0, bytesReceived: 0 }

const endless = (): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(MEGABYTE),
    cancel: () => void (service.ended += 1),
  })

const quiet = async (): Promise<Response> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  service.held.push(resolve)
  await promise
  return new Response('done')
}

const receive = async (request: Request): Promise<Response> => {
  for await (const chunk of request.body!) service.bytesReceived += chunk.length
  return Response.json({ bytes: service.bytesReceived })
}

const options = (settings: Parameters<typeof startLiveRouter>[0]) =>
  startLiveRouter({
    chat: {
      answer(request, server) {
        const { pathname } = new URL(request.url)
        if (pathname === '/v1/endless') return new Response(endless())
        if (pathname === '/v1/quiet') return quiet()
        if (pathname === '/v1/receive') return receive(request)
        if (pathname === '/v1/receive-later') return quiet().then(() => receive(request))
        if (pathname === '/v1/ws') server.upgrade(request, { data: undefined })
        return new Response('plain')
      },
      routes: [
        routeEntry('GET', '/v1/endless'),
        routeEntry('GET', '/v1/quiet'),
        routeEntry('GET', '/api/plain'),
        routeEntry('WS', '/v1/ws'),
        routeEntry('POST', '/v1/receive', { bodyLimitBytes: 1e9 }),
        routeEntry('POST', '/v1/receive-later', { bodyLimitBytes: 1e9 }),
        routeEntry('POST', '/v1/chat/completions', { capability: 'chat', bodyLimitBytes: 20e6 }),
        routeEntry('POST', '/v1/messages', {
          capability: 'chat',
          bodyLimitBytes: 20e6,
          dialect: 'anthropic',
        }),
      ],
    },
    ...settings,
  })

describe('one client', () => {
  let live: LiveRouter
  beforeAll(async () => {
    live = await options({
      settings: { limitsLocalClients: true, requestsPerClient: 3, socketsPerClient: 1 },
    })
  })
  afterAll(() => live.close())

  test('may have so many requests open, and is told in its dialect when to come again', async () => {
    const open = [1, 2, 3].map(() => live.ask('/v1/quiet'))
    await eventually('they are with the service', () => service.held.length === 3)
    const refused = await live.ask('/v1/quiet')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await refused.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
    expect(await (await live.ask('/api/plain')).json()).toEqual({
      error: expect.stringContaining('3 requests'),
    })
    for (const finish of service.held.splice(0)) finish()
    for (const reply of open) expect(await (await reply).text()).toBe('done')
    expect(await (await live.ask('/api/plain')).text()).toBe('plain')
  })

  test('that cuts its connections has room again', async () => {
    const connections = await Promise.all([1, 2, 3].map(() => connectRaw(live.port)))
    for (const connection of connections)
      await connection.send('GET /v1/quiet HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await eventually('they are with the service', () => service.held.length === 3)
    for (const connection of connections) connection.cut()
    await eventually('there is room', async () => (await live.ask('/api/plain')).status === 200)
    for (const finish of service.held.splice(0)) finish()
  })

  test('may have so many WebSockets open, beside its requests', async () => {
    const first = new WebSocket(`ws://127.0.0.1:${live.port}/v1/ws`)
    await new Promise((resolve) => first.addEventListener('open', resolve))
    const handshake = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }
    expect((await live.ask('/v1/ws', { headers: handshake })).status).toBe(429)
    expect((await live.ask('/api/plain')).status).toBe(200)
    first.close()
    await eventually(
      'there is room',
      async () => (await live.ask('/v1/ws', { headers: handshake })).status !== 429,
    )
  })
})

describe('a client that does not read', () => {
  let live: LiveRouter
  beforeAll(async () => {
    live = await options({ settings: { unreadMs: 300 } })
  })
  afterAll(() => live.close())

  test('is cut off after its time, and the service can stop', async () => {
    service.ended = 0
    const connection = await connectRaw(live.port)
    await connection.send('GET /v1/endless HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await eventually('the reply begins', () => connection.received.length > 0)
    connection.pause()
    await eventually('the service has stopped', () => service.ended === 1)
    connection.resume()
    await connection.closed()
  })

  test('is another one than a client to which nothing is sent', async () => {
    const reply = live.ask('/v1/quiet')
    await eventually('it is with the service', () => service.held.length === 1)
    await Bun.sleep(600)
    for (const finish of service.held.splice(0)) finish()
    expect(await (await reply).text()).toBe('done')
  })
})

test('a connection without a request is closed after its time, one with a quiet request is not', async () => {
  const live = await options({ settings: { idleSeconds: 1 } })
  try {
    const lines = 'HTTP/1.1\r\nHost: localhost\r\n\r\n'
    const [idle, halfway, waiting] = await Promise.all([1, 2, 3].map(() => connectRaw(live.port)))
    await idle!.send(`GET /api/plain ${lines}`)
    await halfway!.send(`GET /api/plain ${lines}GET /api/plain HTTP/1.1\r\nX: `)
    await waiting!.send(`GET /v1/quiet ${lines}`)
    await eventually('it is with the service', () => service.held.length === 1)
    await Promise.all([idle!.closed(), halfway!.closed()])
    expect([idle!.statuses(), halfway!.statuses(), waiting!.isClosed]).toEqual([[200], [200], false])
    for (const finish of service.held.splice(0)) finish()
    await eventually('its answer', () => waiting!.received.endsWith('done'))
    await waiting!.closed()
  } finally {
    await live.close()
  }
}, 30_000)

describe('an upload of 2 GB', () => {
  let live: LiveRouter
  beforeAll(async () => {
    live = await options({})
  })
  afterAll(() => live.close())

  /** Sends until it is stopped; only ever one megabyte is in memory. */
  const upload = async (path: string, isAnnounced: boolean) => {
    const connection = await connectRaw(live.port)
    const length = isAnnounced ? `Content-Length: ${UPLOAD_BYTES}` : 'Transfer-Encoding: chunked'
    await connection.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\n${length}\r\n\r\n`)
    const size = MEGABYTE.length.toString(16)
    const piece = isAnnounced
      ? MEGABYTE
      : Buffer.concat([Buffer.from(`${size}\r\n`), MEGABYTE, Buffer.from('\r\n')])
    let sentBytes = 0
    while (!connection.isClosed && sentBytes < UPLOAD_BYTES) {
      await connection.send(piece)
      sentBytes += piece.length
    }
    await connection.closed()
    return { connection, sentBytes }
  }

  test.each([
    ['/v1/chat/completions', true, 20],
    ['/v1/chat/completions', false, 60],
    ['/v1/messages', true, 20],
    ['/v1/receive', true, 20],
  ])('to %s (announced: %p) ends early with 413', async (path, isAnnounced, atMostMegabytes) => {
    const { connection, sentBytes } = await upload(path, isAnnounced)
    expect(connection.statuses()).toEqual([413])
    expect(connection.received.toLowerCase()).toContain('connection: close')
    expect(sentBytes).toBeLessThan(atMostMegabytes * 1e6)
  })

  test('that a service takes slowly is sent slowly: nothing of it is collected here', async () => {
    service.bytesReceived = 0
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1
        if (sent > 100) return controller.close()
        controller.enqueue(MEGABYTE)
      },
    })
    const reply = live.ask('/v1/receive-later', { method: 'POST', body })
    await eventually('it is with the service', () => service.held.length === 1)
    let before = -1
    await eventually('the client has stopped sending', async () => {
      const isStill = sent === before
      before = sent
      await Bun.sleep(100)
      return isStill
    })
    expect(sent).toBeLessThan(40)
    for (const finish of service.held.splice(0)) finish()
    expect(await (await reply).json()).toEqual({ bytes: 100 * MEGABYTE.length })
  })
})

test('bodies that together are too much are refused with a time to come again, and their room is free after that', async () => {
  const live = await options({ settings: { bodyBytesLimit: 3_000_000 } })
  try {
    const chat = (bytes: number): Promise<Response> =>
      live.ask('/v1/chat/completions', {
        method: 'POST',
        body: JSON.stringify({ model: 'llama', pad: 'x'.repeat(bytes) }),
      })
    for (let round = 0; round < 3; round += 1) {
      const refused = await chat(4_000_000)
      expect(refused.status).toBe(503)
      expect(refused.headers.get('retry-after')).toBe('2')
      expect((await chat(2_900_000)).status).toBe(200)
    }
  } finally {
    await live.close()
  }
})
