import { routeEntry } from './scripted-service.ts'
import type { ScriptedServiceOptions } from './scripted-service.ts'

export const MEGABYTE = new Uint8Array(1024 * 1024).fill(65)

/** What the service is doing. */
export const service = {
  next: Promise.withResolvers<void>(),
  megabytesSent: 0,
  bytesReceived: 0,
  cancelled: 0,
  closes: [] as string[],
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
export const FRAMES = ['data: {"a":"ä"}\n\n', 'data: 2\n\ndata: half', ' a frame\n\n', 'data: [DONE]\n\n']

const frames = (): ReadableStream<Uint8Array> => {
  let sent = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (sent > 0) await service.next.promise
      service.next = Promise.withResolvers<void>()
      controller.enqueue(encode(FRAMES[sent] ?? ''))
      sent += 1
      if (sent === FRAMES.length) controller.close()
    },
    cancel: () => void (service.cancelled += 1),
  })
}

const endless = (): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>({
    pull(controller) {
      service.megabytesSent += 1
      controller.enqueue(MEGABYTE)
    },
    cancel: () => void (service.cancelled += 1),
  })

const silent = (request: Request): Promise<Response> => {
  const { promise, resolve } = Promise.withResolvers<Response>()
  request.signal.addEventListener('abort', () => {
    service.cancelled += 1
    resolve(new Response(null))
  })
  return promise
}

const receive = async (request: Request): Promise<Response> => {
  let bytes = 0
  const hash = new Bun.CryptoHasher('sha1')
  for await (const chunk of request.body!) {
    bytes += chunk.length
    service.bytesReceived = bytes
    hash.update(chunk)
  }
  return Response.json({ bytes, sha1: hash.digest('hex') })
}

/** What the service says of so many megabytes. */
export const receiptOf = (megabytes: number): object => {
  const hash = new Bun.CryptoHasher('sha1')
  for (let done = 0; done < megabytes; done += 1) hash.update(MEGABYTE)
  return { bytes: megabytes * MEGABYTE.length, sha1: hash.digest('hex') }
}

const ANSWERS: Readonly<Record<string, (request: Request) => Response | Promise<Response>>> = {
  '/v1/chat/completions': () => new Response(frames(), { headers: { 'content-type': 'text/event-stream' } }),
  '/v1/endless': () => new Response(endless()),
  '/v1/silent': silent,
  '/v1/receive': receive,
  '/v1/packed': () =>
    new Response(Bun.gzipSync('packed'), { headers: { 'content-encoding': 'gzip', 'x-own': 'kept' } }),
  '/v1/moved': () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.example/' } }),
  '/v1/refused': () =>
    Response.json({ error: 'no more room' }, { status: 429, headers: { 'retry-after': '7' } }),
}

interface Flooding {
  send(data: Uint8Array): number
  getBufferedAmount(): number
  readonly readyState: number
}

/** Sends as long as its own socket takes it, as a service that honours back-pressure does. */
const flood = async (socket: Flooding): Promise<void> => {
  while (socket.readyState === WebSocket.OPEN) {
    if (socket.getBufferedAmount() < 4 * MEGABYTE.length) {
      socket.send(MEGABYTE)
      service.megabytesSent += 1
    }
    await Bun.sleep(1)
  }
}

/** A service that streams, takes, keeps silent, and talks over WebSockets. */
export const BUSY_SERVICE: Omit<ScriptedServiceOptions, 'service'> = {
  slotsPerModel: 8,
  routes: [
    routeEntry('POST', '/v1/chat/completions', { capability: 'chat', admission: 'engine' }),
    routeEntry('POST', '/v1/receive', { bodyLimitBytes: 1e9 }),
    routeEntry('POST', '/v1/silent'),
    ...['/v1/endless', '/v1/silent', '/v1/packed', '/v1/moved'].map((path) => routeEntry('GET', path)),
    routeEntry('WS', '/v1/ws'),
    routeEntry('WS', '/v1/refused'),
  ],
  answer(request, server) {
    const { pathname } = new URL(request.url)
    const plain = ANSWERS[pathname]
    if (plain !== undefined) return plain(request)
    const offered = request.headers.has('sec-websocket-protocol')
    server.upgrade(request, {
      data: undefined,
      headers: offered ? { 'sec-websocket-protocol': 'second' } : {},
    })
    return new Response(null)
  },
  websocket: {
    open: (socket) => void socket.send('welcome'),
    message(socket, message) {
      if (message === 'flood') void flood(socket)
      else if (message === 'close') socket.close(4002, 'as asked')
      else socket.send(message)
    },
    close: (_socket, code, reason) => void service.closes.push(`${code} ${reason}`),
  },
}
