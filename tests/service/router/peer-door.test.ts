import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { createMemoryKeyRing } from '../../support/memory-key-ring.ts'
import { jsonBody, openNearNode, outbound } from '../../support/near-node.ts'
import type { NearNode } from '../../support/near-node.ts'
import { startPeerNode } from '../../support/peer-node.ts'
import type { PeerNode } from '../../support/peer-node.ts'
import { routeEntry } from '../../support/scripted-service.ts'
import { jsonOf } from '../../support/wire-json.ts'

const KEY = 'key_0123456789abcdef'

/** What the service of the far node has seen. */
const service = { headers: new Headers(), body: '', gate: Promise.resolve(), streams: 0 }

const silentStream = (): Response => {
  service.streams += 1
  return new Response(
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: {"a":1}\n\n')),
      cancel: () => void (service.streams -= 1),
    }),
    { headers: { 'content-type': 'text/event-stream' } },
  )
}

const keys = createMemoryKeyRing()
let far: PeerNode
let near: NearNode
beforeAll(async () => {
  far = await startPeerNode({
    keys: { ...keys, onRevoked: (listener) => void revokedListeners.push(listener) },
    chat: {
      routes: [
        routeEntry('POST', '/v1/chat/completions', { capability: 'chat', admission: 'engine' }),
        routeEntry('GET', '/v1/stream'),
        routeEntry('GET', '/v1/responses/:id', { kind: 'owned' }),
        routeEntry('WS', '/v1/ws'),
      ],
      async answer(request, server) {
        service.headers = request.headers
        const { pathname } = new URL(request.url)
        if (pathname === '/v1/stream') return silentStream()
        if (pathname === '/v1/ws') {
          server.upgrade(request, { data: undefined })
          return new Response(null)
        }
        service.body = await request.text()
        await service.gate
        return Response.json({ done: true })
      },
      websocket: { message: () => undefined },
    },
  })
  near = await openNearNode()
  near.meet(far)
})
afterAll(async () => {
  near.close()
  await far.close()
})
afterEach(() => {
  far.isDraining = false
  service.gate = Promise.resolve()
})

const revokedListeners: ((keyId: string) => void)[] = []

const ask = (...request: Parameters<typeof outbound>): Promise<Response> =>
  near.transport.send(far.identity.nodeId, outbound(...request))

const chat = (headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  ask('/v1/chat/completions', {
    body: jsonBody({ model: 'as the client wrote it', messages: [] }),
    headers: { 'content-type': 'application/json', 'x-skein-model': 'llama', ...headers },
  })

const faultOf = async (reply: Promise<Response>) => {
  const { status } = await reply
  return { status, ...(await jsonOf(reply)).error }
}

test('the internal headers of another router are believed', async () => {
  const deadline = Date.now() + 60_000
  far.skews.set(near.nodeId, 120_000)
  const reply = await chat({
    'x-skein-caller': KEY,
    'x-skein-class': 'batch',
    'x-skein-deadline': String(deadline + 120_000),
    'x-skein-visit': 'visit-of-the-other',
    'x-request-id': 'asked-there',
  })
  far.skews.clear()
  expect(reply.status).toBe(200)
  expect(reply.headers.get('x-request-id')).toBe('asked-there')
  expect(reply.headers.get('x-skein-queue-ms')).toBe('0')
  const got = (name: string): string | null => service.headers.get(`x-skein-${name}`)
  expect([got('caller'), got('class'), got('visit'), got('model')]).toEqual([
    KEY,
    'batch',
    'visit-of-the-other',
    'llama',
  ])
  // By the clock of this machine, which is two minutes behind the other.
  expect(got('deadline')).toBe(String(deadline))
  expect(service.headers.get('x-request-id')).toBe('asked-there')
  expect(service.body).toBe('{"model":"as the client wrote it","messages":[]}')
})

test('the proof of the other node is not shown to any service', async () => {
  await chat({ authorization: 'Bearer sk-of-the-client' })
  expect(service.headers.has('authorization')).toBe(false)
})

test('a visit knows which node sent it, and for whom', async () => {
  await (await chat({ 'x-skein-caller': KEY })).text()
  await eventually('it has ended', () => far.visits.at(-1)?.terms?.caller === KEY)
  const visit = far.visits.at(-1)
  expect(visit?.caller).toEqual({ type: 'peer', nodeId: near.nodeId, name: 'near', for: KEY })
  expect([visit?.status, visit?.peer, visit?.model]).toEqual([200, '127.0.0.1', 'llama'])
})

test('a model that is not here (any more) is said not to be here', async () => {
  expect(await faultOf(chat({ 'x-skein-model': 'gone' }))).toMatchObject({
    status: 404,
    code: 'model_not_found',
  })
})

test.each([
  ['x-skein-caller', ''],
  ['x-skein-model', ''],
  ['x-skein-deadline', 'soon'],
  ['x-skein-class', 'urgent'],
])('a broken %s is refused by its name', async (param, value) => {
  expect(await faultOf(chat({ [param]: value }))).toMatchObject({ status: 400, param })
})

test('what another node has placed waits in the queue of this one', async () => {
  const gate = Promise.withResolvers<void>()
  service.gate = gate.promise
  const seen = far.chat.seen.length
  const first = chat()
  await eventually('the first is with the engine', () => far.chat.seen.length === seen + 1)
  const second = chat()
  const impatient = chat({ 'x-skein-deadline': String(Date.now() + 50) })
  expect(await faultOf(impatient)).toMatchObject({ status: 503, code: 'overloaded' })
  expect(far.chat.seen.length).toBe(seen + 1)
  gate.resolve()
  expect((await first).status).toBe(200)
  expect(Number((await second).headers.get('x-skein-queue-ms'))).toBeGreaterThanOrEqual(40)
})

test('a node that drains takes nothing that another one could take', async () => {
  far.isDraining = true
  expect(await faultOf(chat())).toMatchObject({ status: 503, code: 'unavailable' })
  expect((await ask('/v1/responses/resp_1')).status).toBe(200)
  expect((await ask('/status')).status).toBe(200)
})

test('what a key takes here is charged to it here', async () => {
  await chat({ 'x-skein-caller': KEY, 'x-skein-visit': 'charged' })
  await chat({ 'x-skein-caller': 'local', 'x-skein-visit': 'free' })
  far.tellUsage('charged', 30)
  far.tellUsage('free', 50)
  expect([...far.charged]).toEqual([[KEY, 30]])
})

test('a key that is revoked ends what it has here', async () => {
  const stream = await ask('/v1/stream', { headers: { 'x-skein-caller': KEY } })
  const other = await ask('/v1/stream', { headers: { 'x-skein-caller': 'key_00000000000000ff' } })
  const socket = await near.transport.dial(far.identity.nodeId, {
    pathAndQuery: '/v1/ws',
    headers: outbound('', { headers: { 'x-skein-caller': KEY } }).headers,
    protocols: [],
  })
  if (socket instanceof Response) throw new Error(`refused: ${socket.status}`)
  const closed = Promise.withResolvers<unknown>()
  socket.onClose = (end) => closed.resolve(end)
  socket.resume()
  expect(service.streams).toBe(2)
  for (const listener of revokedListeners) listener(KEY)
  expect(await stream.text()).toContain('This API key was revoked.')
  expect(await closed.promise).toEqual({ code: 1008, reason: 'This API key was revoked.' })
  expect(service.streams).toBe(1)
  await other.body?.cancel()
  await eventually('the other has ended too', () => service.streams === 0)
})

test('a node that is removed loses what it has here, whoever it is for', async () => {
  const other = await openNearNode()
  other.meet(far)
  const { nodeId } = far.identity
  const open = (caller: string): Promise<Response> =>
    other.transport.send(nodeId, outbound('/v1/stream', { headers: { 'x-skein-caller': caller } }))
  const streams = await Promise.all([open('local'), open(KEY)])
  const kept = await ask('/v1/stream')
  const socket = await other.transport.dial(nodeId, {
    pathAndQuery: '/v1/ws',
    headers: outbound('').headers,
    protocols: [],
  })
  if (socket instanceof Response) throw new Error(`refused: ${socket.status}`)
  const closed = Promise.withResolvers<{ readonly code: number }>()
  socket.onClose = (end) => closed.resolve(end)
  socket.resume()
  far.remove(other.nodeId)
  for (const stream of streams)
    expect(await stream.text()).toContain('This node was removed from the cluster.')
  expect((await closed.promise).code).toBe(1008)
  expect(service.streams).toBe(1)
  await kept.body?.cancel()
  other.close()
})

test('routes of the router itself are answered by this one', async () => {
  expect(await (await ask('/status?node=far')).json()).toEqual({ own: true })
})

test('the control plane of the services is not there for nodes either', async () => {
  expect(await faultOf(ask('/_skein/manifest'))).toMatchObject({ status: 404 })
})

test('zeros come in the number that was asked for, up to a limit', async () => {
  const bytes = new Uint8Array(await (await ask('/_skein/peer/bytes?count=1000003')).arrayBuffer())
  expect([bytes.length, bytes.every((byte) => byte === 0)]).toEqual([1_000_003, true])
  expect((await (await ask('/_skein/peer/bytes?count=0')).arrayBuffer()).byteLength).toBe(0)
  for (const count of ['', '-1', '1.5', '67108865', 'many']) {
    expect(await faultOf(ask(`/_skein/peer/bytes?count=${count}`))).toMatchObject({
      status: 400,
      param: 'count',
    })
  }
})

test('figures of this node are there for the others', async () => {
  expect(await (await ask('/_skein/peer/metrics')).text()).toBe('some_figure 1\n')
})

test('a control path that this version does not know is not found', async () => {
  expect(await faultOf(ask('/_skein/peer/bytesize'))).toMatchObject({ status: 404, code: 'not_found' })
  expect(await faultOf(ask('/_skein/peer/bytes', { method: 'DELETE' }))).toMatchObject({ status: 404 })
})

test('control paths are no visits: figures and logs are about clients', async () => {
  const before = far.visits.length
  await (await ask('/_skein/peer/metrics')).text()
  await faultOf(ask('/_skein/peer/unknown'))
  expect(far.visits.length).toBe(before)
})
