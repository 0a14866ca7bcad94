import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { accessKey, TEST_SECRET } from '../../support/access-key-for.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { createMemoryKeyRing } from '../../support/memory-key-ring.ts'
import { routeEntry } from '../../support/scripted-service.ts'

const BYTES = new Uint8Array(70_000).map((_, at) => at % 251)

const answer = async (request: Request): Promise<Response> => {
  const { pathname } = new URL(request.url)
  if (pathname === '/v1/gzip') {
    return new Response(gzipSync('{"a":1}'), {
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip', etag: '"1"' },
    })
  }
  if (pathname === '/v1/bytes') return new Response(BYTES, { status: 201, headers: { 'x-kept': 'yes' } })
  if (pathname === '/v1/empty') return new Response(null, { status: 204 })
  if (pathname === '/v1/moved') return Response.redirect('http://localhost/elsewhere', 302)
  const reply = Response.json({
    method: request.method,
    url: request.url,
    headers: request.headers.toJSON(),
    body: await request.text(),
  })
  reply.headers.append('set-cookie', 'a=1')
  reply.headers.append('set-cookie', 'b=2')
  return reply
}

interface Echo {
  readonly method: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
}

let live: LiveRouter
beforeAll(async () => {
  live = await startLiveRouter({
    keys: createMemoryKeyRing([accessKey()]),
    chat: {
      answer,
      routes: [
        ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => routeEntry(method, '/v1/echo')),
        routeEntry('GET', '/v1/gzip'),
        routeEntry('GET', '/v1/bytes'),
        routeEntry('GET', '/v1/empty'),
        routeEntry('GET', '/v1/moved'),
        routeEntry('GET', '/files/*'),
        routeEntry('GET', '/api/things/:name'),
      ],
    },
  })
})
afterAll(() => live.close())

const echo = async (path: string, init?: RequestInit): Promise<Echo> =>
  (await (await live.ask(path, init)).json()) as Echo

describe('a request', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'of method %s arrives with its query and its body',
    async (method) => {
      const seen = await echo('/v1/echo?a=%20b&c=/../d', { method, body: '{"model": "x"  }' })
      expect(seen).toMatchObject({ method, body: '{"model": "x"  }' })
      expect(seen.url).toEndWith('/v1/echo?a=%20b&c=/../d')
    },
  )

  test('arrives with the headers of its client, but with none that only the router may send', async () => {
    const { headers } = await echo('/v1/echo', {
      headers: {
        authorization: 'Bearer k',
        'x-custom': 'c',
        'x-skein-model': 'forged',
        'x-skein-queue-ms': '1',
        'x-skein-deadline': '1',
        'x-skein-visit': 'forged',
      },
    })
    expect(headers).toMatchObject({ authorization: 'Bearer k', 'x-custom': 'c' })
    const internal = Object.keys(headers).filter((name) => name.startsWith('x-skein'))
    expect(internal.toSorted()).toEqual(['x-skein-caller', 'x-skein-class', 'x-skein-visit'])
    expect(headers['x-skein-visit']).not.toBe('forged')
  })

  test('keeps a sane id through the whole node, and gets one when it has none', async () => {
    const reply = await live.ask('/v1/echo', { headers: { 'x-request-id': 'mine-1' } })
    expect(reply.headers.get('x-request-id')).toBe('mine-1')
    expect(((await reply.json()) as Echo).headers['x-request-id']).toBe('mine-1')
    const other = await live.ask('/v1/echo', { headers: { 'x-request-id': 'not sane!' } })
    const made = other.headers.get('x-request-id')
    expect(made).toMatch(/^[\w-]{36}$/)
    expect(((await other.json()) as Echo).headers['x-request-id']).toBe(made!)
  })

  test('never reaches the control plane of a service, whatever it writes for a path', async () => {
    const paths = ['/_skein/manifest', '//_skein/manifest', '/files/..%2f_skein/manifest', '/_SKEIN/manifest']
    for (const path of [...paths, '/files/../_skein/manifest', '/files/%2e%2e/_skein/manifest']) {
      const reply = await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
      expect(reply).not.toContain('slotsPerModel')
    }
  })
})

describe('a reply', () => {
  test('comes with its status, its headers and its cookies', async () => {
    const reply = await live.ask('/v1/bytes')
    expect(reply.status).toBe(201)
    expect(reply.headers.get('x-kept')).toBe('yes')
    expect(reply.headers.get('content-length')).toBe('70000')
    expect(new Uint8Array(await reply.arrayBuffer())).toEqual(BYTES)
    expect((await live.ask('/v1/echo')).headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  test('that is compressed is passed on as it is', async () => {
    const reply = await fetch(`${live.url}/v1/gzip`, { decompress: false })
    expect(reply.headers.get('content-encoding')).toBe('gzip')
    expect(Buffer.from(await reply.arrayBuffer())).toEqual(gzipSync('{"a":1}'))
    expect(await (await live.ask('/v1/gzip')).json()).toEqual({ a: 1 })
  })

  test('without a body stays without one', async () => {
    const reply = await live.ask('/v1/empty')
    expect(reply.status).toBe(204)
    expect(await reply.text()).toBe('')
  })

  test('that sends elsewhere is for the client to follow', async () => {
    const reply = await live.ask('/v1/moved', { redirect: 'manual' })
    expect(reply.status).toBe(302)
    expect(reply.headers.get('location')).toBe('http://localhost/elsewhere')
  })

  test('names the node; one that is alone has no choice to explain', async () => {
    const { headers } = await live.ask('/v1/echo')
    expect(headers.get('x-skein-node')).toBe('test-node')
    expect(headers.get('x-skein-route')).toBeNull()
    const refused = await live.ask('/v1/nothing')
    expect(refused.headers.get('x-skein-node')).toBe('test-node')
    expect(refused.headers.get('x-skein-fault')).toBe('not_found')
  })

  test('of a node that is alone does not depend on its being named', async () => {
    const { url } = await echo('/v1/echo?node=whatever')
    expect(url).toEndWith('?node=whatever')
    expect((await live.ask('/version?node=TEST-NODE')).status).toBe(200)
    expect((await live.ask('/version?node=other')).status).toBe(404)
  })

  test('to HEAD has the headers of the reply to GET', async () => {
    const reply = await live.ask('/v1/bytes', { method: 'HEAD' })
    expect(reply.status).toBe(201)
    expect(reply.headers.get('content-length')).toBe('70000')
    expect(await reply.text()).toBe('')
  })
})

describe('what no route claims', () => {
  test('is a 404 in the dialect of the path', async () => {
    const openai = await live.ask('/v1/nothing')
    expect(openai.status).toBe(404)
    expect(await openai.json()).toMatchObject({ error: { code: 'not_found', type: 'invalid_request_error' } })
    expect(openai.headers.get('x-request-id')).toBeTruthy()
    const ollama = await live.ask('/api/nothing')
    expect(ollama.status).toBe(404)
    expect(await ollama.json()).toEqual({ error: expect.stringContaining('/api/nothing') })
  })

  test('is a 405 where the path has other methods', async () => {
    const reply = await live.ask('/api/things/x', { method: 'DELETE' })
    expect(reply.status).toBe(405)
    expect(reply.headers.get('allow')).toBe('GET')
    expect(await reply.json()).toEqual({ error: expect.stringContaining('GET') })
  })
})

describe('a caller', () => {
  test.each([
    ['another name in Host', { host: 'evil.com' }],
    ['a page of another site', { origin: 'https://evil.com' }],
    ['a frame that hides its site', { origin: 'null' }],
  ])('with %s is turned away', async (_what, headers) => {
    const before = live.chat.seen.length
    const reply = await live.ask('/v1/echo', { headers })
    expect(reply.status).toBe(403)
    expect(await reply.json()).toMatchObject({ error: { code: 'forbidden' } })
    expect(live.chat.seen.length).toBe(before)
  })

  test('with an allowed name is let in with a key: it may have come through a proxy', async () => {
    const host = 'node.test:1'
    expect((await live.ask('/v1/echo', { headers: { host } })).status).toBe(401)
    const authorization = `Bearer ${TEST_SECRET}`
    expect((await live.ask('/v1/echo', { headers: { host, authorization } })).status).toBe(200)
  })

  test('that is a page of this machine is let in', async () => {
    expect((await live.ask('/v1/echo', { headers: { origin: 'http://localhost:3000' } })).status).toBe(200)
  })
})

/** Sends bytes as they are, which no HTTP client would. */
const raw = (request: string): Promise<string> => {
  const { promise, resolve } = Promise.withResolvers<string>()
  let got = ''
  void Bun.connect({
    hostname: '127.0.0.1',
    port: live.port,
    socket: {
      open: (socket) => void socket.write(request),
      data: (_socket, data) => void (got += data.toString('latin1')),
      close: () => resolve(got),
    },
  })
  return promise
}
