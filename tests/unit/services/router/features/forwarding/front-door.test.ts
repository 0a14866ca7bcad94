import { expect, test } from 'bun:test'
import { createDoorKeeper } from '@service/router/features/access/door-keeper.ts'
import { createAnswerHere } from '@service/router/features/forwarding/answer-by-kind.ts'
import { createClientLimits } from '@service/router/features/forwarding/client-limits.ts'
import { createFrontDoor } from '@service/router/features/forwarding/front-door.ts'
import type { ForwardRequest } from '@service/router/features/forwarding/forward-request.ts'
import { createRouteTable } from '@service/router/features/routing/route-table.ts'
import { createTrustedHosts } from '@service/router/policy/trusted-host.ts'
import { createLog } from '@shared/log/create-log.ts'
import { createMemoryKeyRing } from '../../../../../support/memory-key-ring.ts'
import { routeEntry } from '../../../../../support/scripted-service.ts'

const manifest = (service: 'router' | 'chat', ...routes: ReturnType<typeof routeEntry>[]) => ({
  service,
  version: '1',
  instance: 'x',
  slotsPerModel: 1,
  routes,
})

const table = createRouteTable([
  manifest('router', routeEntry('GET', '/status')),
  manifest('chat', routeEntry('POST', '/api/chat'), routeEntry('WS', '/v1/ws'), routeEntry('GET', '/v1/ws')),
])

/** A front door whose three ways onward say which one was taken, or do what the test wants. */
const createDoor = (forward?: ForwardRequest, unknownServices: readonly string[] = []) => {
  const ended: string[] = []
  const way =
    (name: string): ForwardRequest =>
    async ({ visit, target }) => {
      visit.status = 200
      visit.end('answered')
      return new Response(`${name} ${target.pathAndQuery}`)
    }
  const door = createFrontDoor({
    routes: { table, unknownServices },
    hosts: createTrustedHosts([]),
    keeper: createDoorKeeper({ keys: createMemoryKeyRing(), requiresKey: false, now: () => 0 }),
    keyDesk: { signIn: () => undefined },
    clients: createClientLimits({ requestsPerClient: 10, socketsPerClient: 10, limitsLocalClients: false }),
    letBeQuiet: () => () => undefined,
    answerByKind: createAnswerHere({
      forwardRequest: forward ?? way('service'),
      forwardWebSocket: way('socket'),
      answerOwn: way('own'),
    }),
    nodeName: 'attic',
    observer: {
      onFirstByte: () => undefined,
      onEnd: ({ status, route }, outcome) =>
        void ended.push(`${outcome} ${status} ${route?.entry.path ?? '-'}`),
    },
    now: () => 0,
    createId: () => 'made',
    log: createLog('test', 'silent'),
  })
  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    door(
      new Request(`http://localhost${path}`, {
        ...init,
        headers: { host: 'localhost', ...Object.fromEntries(new Headers(init?.headers)) },
      }),
      '127.0.0.1',
    )
  return { ask, door, ended }
}

test('a request goes to the router itself, to its service, or through a socket', async () => {
  const { ask, ended } = createDoor()
  expect(await (await ask('/status?a')).text()).toBe('own /status?a')
  expect(await (await ask('/api/chat', { method: 'POST' })).text()).toBe('service /api/chat')
  expect(await (await ask('/v1/ws', { headers: { upgrade: 'WebSocket' } })).text()).toBe('socket /v1/ws')
  expect(await (await ask('/v1/ws')).text()).toBe('service /v1/ws')
  expect(ended).toEqual([
    'answered 200 /status',
    'answered 200 /api/chat',
    'answered 200 /v1/ws',
    'answered 200 /v1/ws',
  ])
})

test('a mistake of ours is a fixed sentence in the dialect, and nothing of it comes out', async () => {
  const { ask, ended } = createDoor(() => Promise.reject(new Error('secret /etc/passwd')))
  const reply = await ask('/api/chat', { method: 'POST', headers: { 'x-request-id': 'mine' } })
  expect(reply.status).toBe(500)
  expect(reply.headers.get('x-request-id')).toBe('mine')
  const text = await reply.text()
  expect(JSON.parse(text)).toEqual({ error: expect.any(String) })
  expect(text).not.toContain('secret')
  expect(ended).toEqual(['answered 500 /api/chat'])
})

test('a client that left is counted as such, and is no mistake of ours', async () => {
  const client = new AbortController()
  const { ask, ended } = createDoor(() => {
    client.abort()
    return Promise.reject(client.signal.reason)
  })
  await ask('/api/chat', { method: 'POST', signal: client.signal })
  expect(ended).toEqual(['client-left 499 /api/chat'])
})

test('what nobody has said to have may be of a service that is still starting', async () => {
  const { ask } = createDoor(undefined, ['chat'])
  expect((await ask('/v1/new')).status).toBe(503)
  expect((await ask('/_skein/health')).status).toBe(404)
  expect((await ask('/_skein')).status).toBe(404)
  expect((await ask('/status', { method: 'DELETE' })).status).toBe(405)
  expect((await createDoor().ask('/v1/new')).status).toBe(404)
})

test('a request that names no host is refused, not taken for one of this machine', async () => {
  const { door } = createDoor()
  // What Bun makes of `GET /status HTTP/1.0` without a Host.
  const bare = {
    url: '/status',
    method: 'GET',
    headers: new Headers(),
    body: null,
    signal: AbortSignal.any([]),
  }
  const reply = await door(bare as unknown as Request, '127.0.0.1')
  expect(reply.status).toBe(400)
  expect(await reply.text()).toContain('names no host')
})

test.each([
  ['a rest that is small', { body: 'x'.repeat(1000), length: '1000' }, null],
  ['a rest that is large', { body: 'x', length: '1000000' }, 'close'],
])('where nothing was read, a connection with %s', async (_what, { body, length }, connection) => {
  const { ask } = createDoor()
  const reply = await ask('/v1/none', { method: 'POST', body, headers: { 'content-length': length } })
  expect(reply.status).toBe(404)
  expect(reply.headers.get('connection')).toBe(connection)
})
