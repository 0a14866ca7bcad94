import { afterAll, beforeAll, expect, test } from 'bun:test'
import { BUSY_SERVICE, FRAMES, MEGABYTE, receiptOf, service } from '../../support/busy-service.ts'
import { eventually } from '../../support/eventually.ts'
import { jsonBody, openNearNode, outbound } from '../../support/near-node.ts'
import type { NearNode } from '../../support/near-node.ts'
import { startPeerNode } from '../../support/peer-node.ts'
import type { PeerNode } from '../../support/peer-node.ts'

const UPLOAD_MEGABYTES = 100
/** For what moves many megabytes on a busy machine. */
const LONG_MS = 30_000

let far: PeerNode
let near: NearNode
beforeAll(async () => {
  far = await startPeerNode({ chat: BUSY_SERVICE })
  near = await openNearNode()
  near.meet(far)
})
afterAll(async () => {
  near.close()
  await far.close()
})

const ask = (...request: Parameters<typeof outbound>): Promise<Response> =>
  near.transport.send(far.identity.nodeId, outbound(...request))

const chat = (signal?: AbortSignal): Promise<Response> =>
  ask('/v1/chat/completions', {
    body: jsonBody({ model: 'llama', stream: true }),
    headers: { 'content-type': 'application/json', 'x-skein-model': 'llama' },
    ...(signal === undefined ? {} : { signal }),
  })

test('a chat is streamed byte for byte, each frame before the next one is made', async () => {
  const reply = await chat()
  expect(reply.status).toBe(200)
  expect(reply.headers.get('content-type')).toBe('text/event-stream')
  const reader = reply.body!.getReader()
  for (const frame of FRAMES) {
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(frame)
    service.next.resolve()
  }
  expect((await reader.read()).done).toBe(true)
})

test('what is packed stays packed, and nobody follows a redirect', async () => {
  const packed = await ask('/v1/packed')
  expect(packed.headers.get('content-encoding')).toBe('gzip')
  expect(packed.headers.get('x-own')).toBe('kept')
  expect(new TextDecoder().decode(Bun.gunzipSync(await packed.arrayBuffer()))).toBe('packed')
  const moved = await ask('/v1/moved')
  expect([moved.status, moved.headers.get('location')]).toEqual([302, 'https://elsewhere.example/'])
})

test('a question for the head alone is answered without a body', async () => {
  const head = await ask('/v1/packed', { method: 'HEAD' })
  expect(head.status).toBe(200)
  expect(await head.text()).toBe('')
})

test('a client that leaves in the middle of a stream ends the work at the far service', async () => {
  const { cancelled } = service
  const client = new AbortController()
  const reply = await chat(client.signal)
  const reader = reply.body!.getReader()
  await reader.read()
  client.abort(new Error('left'))
  expect(await reader.read().catch((error: Error) => error.message)).toBe('left')
  service.next.resolve()
  await eventually('the service has heard of it', () => service.cancelled === cancelled + 1)
})

test('a client that leaves before there is a reply ends the work at the far service', async () => {
  const { cancelled } = service
  const client = new AbortController()
  const seen = far.chat.seen.length
  const reply = ask('/v1/silent', { signal: client.signal }).catch((error: unknown) => error)
  await eventually('the service has the request', () => far.chat.seen.length === seen + 1)
  client.abort(new Error('left'))
  expect(await reply).toEqual(new Error('left'))
  await eventually('the service has heard of it', () => service.cancelled === cancelled + 1)
})

test(
  'a reader that does not read holds up the far service',
  async () => {
    service.megabytesSent = 0
    const { cancelled } = service
    const reply = await ask('/v1/endless')
    const reader = reply.body!.getReader()
    await reader.read()
    let before = -1
    await eventually('the service has stopped sending', async () => {
      const isStill = service.megabytesSent === before
      before = service.megabytesSent
      await Bun.sleep(100)
      return isStill
    })
    expect(service.megabytesSent).toBeLessThan(40)
    await reader.cancel()
    await eventually('the service has heard of it', () => service.cancelled === cancelled + 1)
  },
  LONG_MS,
)

test(
  'an upload of 100 MB goes through as it comes, and a part is there before the rest is made',
  async () => {
    service.bytesReceived = 0
    let made = 0
    const half = Promise.withResolvers<void>()
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        async pull(controller) {
          if (made === UPLOAD_MEGABYTES / 2) await half.promise
          if (made === UPLOAD_MEGABYTES) return controller.close()
          made += 1
          controller.enqueue(new Uint8Array(MEGABYTE))
        },
      },
      { highWaterMark: 0 },
    )
    const reply = ask('/v1/receive', { method: 'POST', body })
    await eventually(
      'the first half is there',
      () => service.bytesReceived === (UPLOAD_MEGABYTES / 2) * MEGABYTE.length,
    )
    half.resolve()
    expect(await (await reply).json()).toEqual(receiptOf(UPLOAD_MEGABYTES))
  },
  LONG_MS,
)

test('a WebSocket goes both ways, its subprotocol and its end too', async () => {
  const socket = await near.transport.dial(far.identity.nodeId, {
    pathAndQuery: '/v1/ws?room=1',
    headers: outbound('').headers,
    protocols: ['first', 'second'],
  })
  if (socket instanceof Response) throw new Error(`refused: ${socket.status}`)
  const messages: (string | Uint8Array)[] = []
  const closed = Promise.withResolvers<unknown>()
  socket.onMessage = (message) => void messages.push(message)
  socket.onClose = (end) => closed.resolve(end)
  socket.resume()
  expect(socket.protocol).toBe('second')
  socket.send('hällo')
  socket.send(new Uint8Array([0, 255, 1]))
  await eventually('all have come', () => messages.length === 3)
  expect(messages).toEqual(['welcome', 'hällo', new Uint8Array([0, 255, 1])])
  socket.send('close')
  expect(await closed.promise).toEqual({ code: 4002, reason: 'as asked' })
})

test('a WebSocket that the far service refuses is refused with its own reply', async () => {
  const refused = await near.transport.dial(far.identity.nodeId, {
    pathAndQuery: '/v1/refused',
    headers: outbound('').headers,
    protocols: [],
  })
  if (!(refused instanceof Response)) throw new Error('accepted')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7'])
  expect(await refused.json()).toEqual({ error: 'no more room' })
})

test(
  'who does not read a WebSocket holds up the far service, and goes on when it reads',
  async () => {
    const socket = await near.transport.dial(far.identity.nodeId, {
      pathAndQuery: '/v1/ws',
      headers: outbound('').headers,
      protocols: [],
    })
    if (socket instanceof Response) throw new Error(`refused: ${socket.status}`)
    service.megabytesSent = 0
    socket.resume()
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
    await eventually('it goes on', () => service.megabytesSent > held + 20)
    socket.close({ code: 1000, reason: '' })
  },
  LONG_MS,
)
