import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { routeEntry } from '../../support/scripted-service.ts'

const MEGABYTE = new Uint8Array(1024 * 1024).fill(65)

/** What the service of these tests is doing. */
const service = {
  next: Promise.withResolvers<void>(),
  megabytesSent: 0,
  bytesReceived: 0,
  abortedReplies: 0,
}

const frames = (): ReadableStream<Uint8Array> => {
  let sent = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (sent > 0) await service.next.promise
      service.next = Promise.withResolvers<void>()
      sent += 1
      controller.enqueue(new TextEncoder().encode(`data: ${sent}\n\n`))
      if (sent === 3) controller.close()
    },
    cancel: () => void (service.abortedReplies += 1),
  })
}

const endless = (): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>({
    pull(controller) {
      service.megabytesSent += 1
      controller.enqueue(MEGABYTE)
    },
    cancel: () => void (service.abortedReplies += 1),
  })

const silent = (request: Request): Promise<Response> => {
  const { promise, resolve } = Promise.withResolvers<Response>()
  request.signal.addEventListener('abort', () => {
    service.abortedReplies += 1
    resolve(new Response(null))
  })
  return promise
}

const receive = async (request: Request): Promise<Response> => {
  for await (const chunk of request.body!) service.bytesReceived += chunk.length
  return Response.json({ bytes: service.bytesReceived })
}

const answer = (request: Request): Response | Promise<Response> => {
  const { pathname } = new URL(request.url)
  if (pathname === '/v1/frames')
    return new Response(frames(), { headers: { 'content-type': 'text/event-stream' } })
  if (pathname === '/v1/endless') return new Response(endless())
  if (pathname === '/v1/silent') return silent(request)
  if (pathname === '/v1/receive') return receive(request)
  return new Response(request.body)
}

let live: LiveRouter
beforeAll(async () => {
  live = await startLiveRouter({
    chat: {
      answer,
      routes: [
        routeEntry('GET', '/v1/frames'),
        routeEntry('GET', '/v1/endless'),
        routeEntry('GET', '/v1/silent'),
        routeEntry('POST', '/v1/receive', { bodyLimitBytes: 1e9 }),
        routeEntry('POST', '/v1/echo', { bodyLimitBytes: 1e9 }),
      ],
    },
  })
})
afterAll(() => live.close())

test('each frame is with the client before the next one is made', async () => {
  const reply = await live.ask('/v1/frames')
  const reader = reply.body!.getReader()
  const decoder = new TextDecoder()
  for (const frame of ['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']) {
    expect(decoder.decode((await reader.read()).value)).toBe(frame)
    service.next.resolve()
  }
  expect((await reader.read()).done).toBe(true)
})

test('a large body comes back byte for byte', async () => {
  const body = new Uint8Array(20_000_000).map((_, at) => (at * 7) % 253)
  const reply = await live.ask('/v1/echo', { method: 'POST', body })
  expect(Bun.hash(await reply.arrayBuffer())).toBe(Bun.hash(body))
})

test('a body is with the service while its client still sends', async () => {
  service.bytesReceived = 0
  const more = Promise.withResolvers<void>()
  let sent = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (sent === 1) await more.promise
      if (sent === 2) return controller.close()
      sent += 1
      controller.enqueue(MEGABYTE)
    },
  })
  const reply = live.ask('/v1/receive', { method: 'POST', body })
  await eventually('the first half is with the service', () => service.bytesReceived === MEGABYTE.length)
  more.resolve()
  expect(await (await reply).json()).toEqual({ bytes: 2 * MEGABYTE.length })
})

test('a client that does not read holds up the service, and leaving ends it', async () => {
  service.megabytesSent = 0
  const aborted = service.abortedReplies
  const { promise: opened, resolve } = Promise.withResolvers<void>()
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: live.port,
    socket: {
      open: (opening) => void opening.write('GET /v1/endless HTTP/1.1\r\nHost: localhost\r\n\r\n'),
      data(opening) {
        opening.pause()
        resolve()
      },
    },
  })
  await opened
  let before = -1
  await eventually('the service has stopped sending', async () => {
    const isStill = service.megabytesSent === before
    before = service.megabytesSent
    await Bun.sleep(100)
    return isStill
  })
  expect(service.megabytesSent).toBeLessThan(40)
  socket.terminate()
  await eventually('the service has heard of it', () => service.abortedReplies === aborted + 1)
})

test('a client that leaves before there is a reply ends the work on it', async () => {
  const aborted = service.abortedReplies
  const seen = live.chat.seen.length
  const client = new AbortController()
  const reply = live.ask('/v1/silent', { signal: client.signal }).catch((error: Error) => error.name)
  await eventually('the service has the request', () => live.chat.seen.length === seen + 1)
  client.abort()
  expect(await reply).toBe('AbortError')
  await eventually('the service has heard of it', () => service.abortedReplies === aborted + 1)
})
