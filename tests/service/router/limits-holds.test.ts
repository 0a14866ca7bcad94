import { afterAll, beforeAll, expect, test } from 'bun:test'
import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check'
import { eventually } from '../../support/eventually.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { connectRaw } from '../../support/raw-connection.ts'
import { routeEntry } from '../../support/scripted-service.ts'

const CONNECTIONS = 12
const BODY_BYTES = 300_000
const SLOTS = 4

/** Streams that the service has open. */
let openStreams = 0

const drip = (): Response => {
  openStreams += 1
  let isOpen = true
  const end = (): void => {
    if (isOpen) openStreams -= 1
    isOpen = false
  }
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await Bun.sleep(2)
      if (isOpen) controller.enqueue(new TextEncoder().encode('data: word\n\n'))
    },
    cancel: end,
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

let live: LiveRouter
beforeAll(async () => {
  live = await startLiveRouter({
    chat: {
      slotsPerModel: SLOTS,
      async answer(request, server) {
        const { pathname } = new URL(request.url)
        if (pathname === '/v1/ws' && server.upgrade(request, { data: undefined })) return new Response(null)
        const body = await request.text()
        if (body.includes('"drip"')) return drip()
        return Response.json({ bytes: body.length })
      },
      routes: [
        routeEntry('POST', '/v1/chat/completions', {
          capability: 'chat',
          bodyLimitBytes: BODY_BYTES,
          admission: 'engine',
        }),
        routeEntry('POST', '/v1/files', { bodyLimitBytes: 1e9 }),
        routeEntry('WS', '/v1/ws'),
      ],
    },
    settings: {
      connectionLimit: CONNECTIONS,
      bodyBytesLimit: BODY_BYTES,
      queueLimit: 6,
      limitsLocalClients: true,
      requestsPerClient: 16,
      socketsPerClient: 4,
    },
  })
})
afterAll(() => live.close())

const KINDS = ['drip', 'short', 'large', 'file', 'chunks', 'socket', 'nobody', 'deep'] as const
type Kind = (typeof KINDS)[number]

const chat = (body: string): string =>
  `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`

const REQUESTS = {
  drip: chat('{"model":"llama","messages":"drip"}'),
  short: chat('{"model":"llama"}'),
  large: chat(`{"model":"llama","pad":"${'x'.repeat(200_000)}"}`),
  nobody: chat('{"model":"nobody"}'),
  deep: chat(`{"model":"llama","a":${'['.repeat(500)}`),
  file: `POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(200_000)}`,
  chunks: `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${`1000\r\n${'x'.repeat(4096)}\r\n`.repeat(60)}`,
  socket:
    'GET /v1/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
} as const satisfies Record<Kind, string>

interface Visitor {
  readonly kind: Kind
  /** Share of the request that is sent, in percent. */
  readonly sentPercent: number
  /** Milliseconds until the connection is cut. */
  readonly staysMs: number
}

const visit = async ({ kind, sentPercent, staysMs }: Visitor): Promise<void> => {
  const bytes = REQUESTS[kind]
  const connection = await connectRaw(live.port)
  const sending = connection.send(bytes.slice(0, Math.ceil((bytes.length * sentPercent) / 100)))
  await Promise.race([sending, Bun.sleep(staysMs)])
  await Bun.sleep(staysMs)
  connection.cut()
}

const isQuiet = async (): Promise<boolean> => {
  const { queue } = (await (await live.ask('/status')).json()) as {
    queue: { waiting: number; running: number }
  }
  return queue.waiting + queue.running + openStreams === 0
}

/** Needs all there is at once: a body as large as all may be together, every connection, every socket. */
const useAll = async (): Promise<void> => {
  const empty = JSON.stringify({ model: 'llama', pad: '' }).length
  const largest = JSON.stringify({ model: 'llama', pad: 'x'.repeat(BODY_BYTES - empty) })
  const whole = await live.ask('/v1/chat/completions', { method: 'POST', body: largest })
  expect(await whole.json()).toEqual({ bytes: BODY_BYTES })
  const together = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => live.ask('/v1/files', { method: 'POST', body: 'x' })),
  )
  expect(together.map(({ status }) => status)).toEqual(Array.from({ length: CONNECTIONS }, () => 200))
  const sockets = await Promise.all([1, 2, 3, 4].map(() => connectRaw(live.port)))
  for (const socket of sockets) await socket.send(REQUESTS.socket)
  await eventually('four sockets are open', () => sockets.every((socket) => socket.statuses()[0] === 101))
  for (const socket of sockets) socket.cut()
}

test('whenever clients leave, everything that was held for them is given back', async () => {
  const visitor = record({
    kind: constantFrom(...KINDS),
    sentPercent: constantFrom(1, 30, 70, 99, 100, 100, 100),
    staysMs: integer({ min: 0, max: 25 }),
  })
  await assert(
    asyncProperty(array(visitor, { minLength: 10, maxLength: 25 }), async (visitors) => {
      await Promise.all(visitors.map(visit))
      await eventually('all is quiet', isQuiet)
      await eventually('all can be used', async () => {
        const reply = await live.ask('/v1/files', { method: 'POST', body: 'x' })
        return reply.ok
      })
      await useAll()
      await eventually('the sockets are gone', isQuiet)
    }),
    { numRuns: 25 },
  )
}, 60_000)
