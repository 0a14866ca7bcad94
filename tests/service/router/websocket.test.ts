import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { routeEntry } from '../../support/scripted-service.ts'

const MEGABYTE = new Uint8Array(1024 * 1024).fill(66)

/** What the service of these tests has seen. */
const service = { headers: new Headers(), closes: [] as string[], megabytesSent: 0, isFlooding: false }

interface Flooding {
  send(data: Uint8Array): number
  getBufferedAmount(): number
}

/** Sends as long as its own socket takes it, as a service that honours back-pressure does. */
const flood = async (socket: Flooding): Promise<void> => {
  while (service.isFlooding) {
    if (socket.getBufferedAmount() < 4 * MEGABYTE.length) {
      socket.send(MEGABYTE)
      service.megabytesSent += 1
    }
    await Bun.sleep(1)
  }
}

let live: LiveRouter
beforeAll(async () => {
  live = await startLiveRouter({
    chat: {
      routes: [routeEntry('WS', '/v1/ws'), routeEntry('WS', '/v1/refused'), routeEntry('GET', '/v1/plain')],
      answer(request, server) {
        const { pathname } = new URL(request.url)
        if (pathname === '/v1/refused') {
          return Response.json({ error: 'no more room' }, { status: 429, headers: { 'retry-after': '7' } })
        }
        if (pathname === '/v1/plain') return new Response('plain')
        service.headers = request.headers
        const offered = request.headers.get('sec-websocket-protocol')
        const headers = offered === null ? {} : { 'sec-websocket-protocol': 'second' }
        server.upgrade(request, { data: undefined, headers })
        return new Response(null)
      },
      websocket: {
        open: (socket) => void socket.send('welcome'),
        message(socket, message) {
          if (message === 'close') socket.close(4002, 'as asked')
          else if (message === 'flood') void flood(socket)
          else socket.send(message)
        },
        close: (_socket, code, reason) => void service.closes.push(`${code} ${reason}`),
      },
    },
  })
})
afterAll(() => live.close())

/** A client that collects what comes. */
const connect = (path: string, options: { protocols?: string[]; headers?: Record<string, string> } = {}) => {
  const socket = new WebSocket(`ws://127.0.0.1:${live.port}${path}`, options)
  socket.binaryType = 'arraybuffer'
  const messages: unknown[] = []
  const closed = Promise.withResolvers<{ code: number; reason: string }>()
  const opened = Promise.withResolvers<void>()
  socket.addEventListener('open', () => opened.resolve())
  socket.addEventListener('message', ({ data }) => void messages.push(data))
  socket.addEventListener('close', ({ code, reason }) => closed.resolve({ code, reason }))
  const received = (count: number): Promise<void> => eventually('messages', () => messages.length >= count)
  return { socket, messages, received, opened: opened.promise, closed: closed.promise }
}

test('texts and bytes go both ways, the first words of the service included', async () => {
  const { socket, messages, received, closed } = connect('/v1/ws?room=1')
  await received(1)
  socket.send('hällo')
  socket.send(new Uint8Array([0, 255, 1]))
  socket.send('')
  await received(4)
  expect(messages[0]).toBe('welcome')
  expect(messages[1]).toBe('hällo')
  expect(new Uint8Array(messages[2] as ArrayBuffer)).toEqual(new Uint8Array([0, 255, 1]))
  expect(messages[3]).toBe('')
  expect(live.chat.seen.at(-1)).toBe('GET /v1/ws?room=1')
  socket.close(1000, 'bye')
  await closed
  await eventually('the service has heard of it', () => service.closes.includes('1000 bye'))
})

test('the service chooses among the subprotocols of the client, and sees its headers', async () => {
  const { socket, opened, closed } = connect('/v1/ws', {
    protocols: ['first', 'second'],
    headers: { authorization: 'Bearer k', 'x-request-id': 'ws-1', 'x-skein-model': 'forged' },
  })
  await opened
  expect(socket.protocol).toBe('second')
  expect(service.headers.get('sec-websocket-protocol')).toBe('first, second')
  expect(service.headers.get('authorization')).toBe('Bearer k')
  expect(service.headers.get('x-request-id')).toBe('ws-1')
  expect(service.headers.has('x-skein-model')).toBe(false)
  socket.close()
  await closed
})

test('a service that closes does so for the client, with its code and reason', async () => {
  const { socket, received, closed } = connect('/v1/ws')
  await received(1)
  socket.send('close')
  expect(await closed).toEqual({ code: 4002, reason: 'as asked' })
})

test('a client that vanishes is gone for the service too', async () => {
  const { socket, received } = connect('/v1/ws')
  await received(1)
  service.closes = []
  socket.terminate()
  await eventually('the service has heard of it', () => service.closes.length === 1)
  expect(service.closes).toEqual(['1001 the client went away'])
})

test('a client that does not read holds up a service that sends without end', async () => {
  const { socket, received } = connect('/v1/ws')
  await received(1)
  service.isFlooding = true
  service.megabytesSent = 0
  socket.pause()
  socket.send('flood')
  let before = -1
  await eventually('the service has stopped sending', async () => {
    const isStill = service.megabytesSent > 0 && service.megabytesSent === before
    before = service.megabytesSent
    await Bun.sleep(200)
    return isStill
  })
  const held = service.megabytesSent
  expect(held).toBeLessThan(40)
  socket.resume()
  await eventually('it goes on when the client reads', () => service.megabytesSent > held + 20)
  service.isFlooding = false
  socket.terminate()
})

describe('a handshake', () => {
  const handshake = (path: string): Promise<Response> =>
    live.ask(path, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      },
    })

  test('that the service refuses gets the reply of the service', async () => {
    const reply = await handshake('/v1/refused')
    expect(reply.status).toBe(429)
    expect(reply.headers.get('retry-after')).toBe('7')
    expect(await reply.json()).toEqual({ error: 'no more room' })
  })

  test('for a path that is no WebSocket is answered as the plain request', async () => {
    expect(await (await handshake('/v1/plain')).text()).toBe('plain')
    expect((await handshake('/v1/nothing')).status).toBe(404)
  })

  test('for a service that is not there is a 503', async () => {
    const other = await startLiveRouter({ chat: { routes: [routeEntry('WS', '/v1/ws')] } })
    try {
      await other.chat.die()
      const reply = await other.ask('/v1/ws', {
        headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
      })
      expect(reply.status).toBe(503)
      expect(await reply.json()).toMatchObject({ error: { code: 'unavailable' } })
    } finally {
      await other.close()
    }
  })

  test('from a page of another site is turned away', async () => {
    const { closed } = connect('/v1/ws', { headers: { origin: 'https://evil.com' } })
    expect((await closed).code).not.toBe(1000)
  })
})
