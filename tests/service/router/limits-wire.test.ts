import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { connectRaw } from '../../support/raw-connection.ts'
import type { RawConnection } from '../../support/raw-connection.ts'
import { routeEntry } from '../../support/scripted-service.ts'

const NEXT = 'GET /v1/next HTTP/1.1\r\nHost: localhost\r\n\r\n'
const HOST = 'Host: localhost\r\n'

let live: LiveRouter
beforeAll(async () => {
  live = await startLiveRouter({
    chat: {
      async answer(request, server) {
        const { pathname } = new URL(request.url)
        if (pathname === '/v1/ws') server.upgrade(request, { data: undefined })
        return Response.json({ pathname, body: await request.text() })
      },
      routes: [
        routeEntry('GET', '/v1/next'),
        routeEntry('POST', '/v1/files'),
        routeEntry('POST', '/v1/chat/completions', { capability: 'chat' }),
        routeEntry('GET', '/v1/items/:id'),
        routeEntry('WS', '/v1/ws'),
      ],
    },
  })
})
afterAll(() => live.close())

/** Sends something and then a good request on the same connection, and waits until all that was answered, or is over. */
const say = async (first: string, replies: number): Promise<RawConnection> => {
  const connection = await connectRaw(live.port)
  await connection.send(first)
  await eventually('an answer', () => connection.isClosed || connection.statuses().length > 0)
  await connection.send(NEXT)
  await eventually('an end', () => connection.isClosed || connection.statuses().length >= replies)
  connection.cut()
  return connection
}

const post = (headers: string, body = ''): string =>
  `POST /v1/files HTTP/1.1\r\n${HOST}${headers}\r\n\r\n${body}`

describe('what could be read in two ways is refused, and ends its connection:', () => {
  test.each([
    ['both lengths', post('Content-Length: 4\r\nTransfer-Encoding: chunked', '0\r\n\r\n')],
    [
      'both lengths, the other way round',
      post('Transfer-Encoding: chunked\r\nContent-Length: 4', '0\r\n\r\n'),
    ],
    ['two lengths', post('Content-Length: 4\r\nContent-Length: 6', 'abcd')],
    ['a list of lengths', post('Content-Length: 4, 4', 'abcd')],
    ['a negative length', post('Content-Length: -1', 'abcd')],
    ['a length with a sign', post('Content-Length: +4', 'abcd')],
    ['a length in hexadecimal', post('Content-Length: 0x4', 'abcd')],
    ['a length that no number holds', post('Content-Length: 18446744073709551620', 'abcd')],
    ['an empty length', post('Content-Length: ', 'abcd')],
    ['a coding that is not known', post('Transfer-Encoding: gzip, chunked', '0\r\n\r\n')],
    ['chunked and something behind it', post('Transfer-Encoding: chunked, gzip', '0\r\n\r\n')],
    ['chunked twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', '0\r\n\r\n')],
    ['a coding that only looks like chunked', post('Transfer-Encoding: chunked\u000b', '0\r\n\r\n')],
    ['chunks in HTTP/1.0', `POST /v1/files HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a header folded over two lines', post('X-A: a\r\n b\r\nContent-Length: 0')],
    ['a space before the colon', post('Content-Length : 4', 'abcd')],
    ['a null byte in a header', post('X-A: a\0b\r\nContent-Length: 0')],
    ['a bare CR in a header', post('X-A: a\rb\r\nContent-Length: 0')],
    ['lines that end in LF alone', 'GET /v1/next HTTP/1.1\nHost: localhost\n\n'],
    ['no host', 'GET /v1/next HTTP/1.1\r\n\r\n'],
    ['a null byte in the path', `GET /v1/a\0b HTTP/1.1\r\n${HOST}\r\n`],
    ['a line end in the path', `GET /v1/a\rb HTTP/1.1\r\n${HOST}\r\n`],
    ['no version', 'GET /v1/next\r\n\r\n'],
    ['a version of another day', `GET /v1/next HTTP/9.9\r\n${HOST}\r\n`],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['the node itself as target', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`],
    ['the hello of TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001'],
  ])('%s', async (_what, bytes) => {
    const before = live.chat.seen.length
    const connection = await say(bytes, 2)
    expect(connection.statuses().every((status) => status >= 400 && status < 600)).toBe(true)
    expect(connection.statuses().length).toBeLessThanOrEqual(1)
    expect(connection.isClosed).toBe(true)
    expect(live.chat.seen.length).toBe(before)
  })

  test.each([
    ['a size with a sign', '+4\r\nabcd\r\n'],
    ['a negative size', '-4\r\nabcd\r\n'],
    ['a size with a prefix', '0x4\r\nabcd\r\n'],
    ['a size that is none', 'g\r\nabcd\r\n'],
    ['a size that no number holds', 'fffffffffffffffff\r\nabcd\r\n'],
    ['an empty size', '\r\nabcd\r\n'],
    ['a size that ends in LF', '4\nabcd\r\n'],
    ['more than its size', '4\r\nabcdXX\r\n'],
    ['an extension without an end', `4;${'e'.repeat(100_000)}`],
  ])('a chunk with %s', async (_what, chunk) => {
    const connection = await say(post('Transfer-Encoding: chunked', `${chunk}0\r\n\r\n`), 2)
    await connection.closed()
    // Its head was good, so it was on its way already: at most that is answered, never what comes behind it.
    expect(connection.statuses().length).toBeLessThanOrEqual(1)
    expect(connection.statuses().filter((status) => status < 400)).toEqual([])
    expect(live.chat.seen.at(-1)).not.toBe('GET /v1/next')
  })
})

describe('what is unusual but clear does not confuse the next request:', () => {
  test.each([
    ['the same length twice', post('Content-Length: 4\r\nContent-Length: 4', 'abcd'), 200],
    ['a chunk with an extension', post('Transfer-Encoding: chunked', '4;a=1\r\nabcd\r\n0\r\n\r\n'), 200],
    ['a size with zeros before it', post('Transfer-Encoding: chunked', '0004\r\nabcd\r\n0\r\n\r\n'), 200],
    ['a body that holds a request', post(`Content-Length: ${NEXT.length}`, NEXT), 200],
    ['a body where none belongs', `GET /v1/next HTTP/1.1\r\n${HOST}Content-Length: 4\r\n\r\nabcd`, 200],
    [
      'an upgrade to what is not spoken here',
      `GET /v1/next HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
      200,
    ],
    ['an absolute target', `GET http://localhost/v1/next HTTP/1.1\r\n${HOST}\r\n`, 200],
    ['an absolute target of another host', `GET http://evil.example/v1/next HTTP/1.1\r\n${HOST}\r\n`, 200],
    ['two hosts', `GET /v1/next HTTP/1.1\r\n${HOST}Host: evil.example\r\n\r\n`, 403],
    ['another host', `GET /v1/next HTTP/1.1\r\nHost: evil.example\r\n\r\n`, 403],
    ['an encoded slash', `GET /v1/items/a%2fb HTTP/1.1\r\n${HOST}\r\n`, 200],
    [
      'encoded steps to the control plane',
      `GET /v1/items/..%2f..%2f_skein%2fhealth HTTP/1.1\r\n${HOST}\r\n`,
      200,
    ],
    ['steps to the control plane', `GET /v1/items/%2e%2e/%2e%2e/_skein/health HTTP/1.1\r\n${HOST}\r\n`, 404],
    ['an encoded null byte', `GET /v1/items/%00 HTTP/1.1\r\n${HOST}\r\n`, 200],
    ['broken percent signs', `GET /v1/items/%zz% HTTP/1.1\r\n${HOST}\r\n`, 200],
    ['a thousand parameters', `GET /v1/next?${'a=1&'.repeat(1000)} HTTP/1.1\r\n${HOST}\r\n`, 200],
    [
      'a handshake without a key',
      `GET /v1/ws HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      400,
    ],
    [
      'a handshake where there is no socket',
      `GET /v1/next HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      200,
    ],
    [
      'a handshake that posts',
      `POST /v1/ws HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n`,
      405,
    ],
  ])('%s', async (_what, bytes, status) => {
    const connection = await say(bytes, 2)
    expect(connection.statuses()).toEqual([status, 200])
    expect(live.chat.seen.at(-1)).toBe('GET /v1/next')
  })

  test('HTTP/1.0 without a host is told that there must be one', async () => {
    const connection = await connectRaw(live.port)
    await connection.send('GET /v1/next HTTP/1.0\r\n\r\n')
    await connection.closed()
    expect(connection.statuses()).toEqual([400])
    expect(connection.received).toContain('names no host')
  })

  test('a tunnel to another machine is not made', async () => {
    const connection = await connectRaw(live.port)
    await connection.send(`CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n`)
    await eventually('an answer', () => connection.statuses().length > 0)
    expect(connection.statuses()[0]).toBeGreaterThanOrEqual(400)
    connection.cut()
  })
})

describe('a head that is too large', () => {
  test.each([
    ['in its address', `GET /v1/next?${'a'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`],
    ['in one header', `GET /v1/next HTTP/1.1\r\n${HOST}X-A: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['in many headers', `GET /v1/next HTTP/1.1\r\n${HOST}${'X-A: a\r\n'.repeat(300)}\r\n`],
    ['without an end', `GET /v1/next HTTP/1.1\r\n${HOST}X-A: ${'a'.repeat(1_000_000)}`],
  ])('%s is refused with 431, and its connection ends', async (_what, bytes) => {
    const connection = await connectRaw(live.port)
    await connection.send(bytes)
    await connection.closed()
    expect(connection.statuses()).toEqual([431])
  })

  test('is at most 16 KiB and some 200 headers: what is just below that goes through', async () => {
    const headers = Array.from({ length: 150 }, (_, at) => `X-${at}: a\r\n`).join('')
    expect((await say(`GET /v1/next?${'a'.repeat(12_000)} HTTP/1.1\r\n${HOST}\r\n`, 2)).statuses()).toEqual([
      200, 200,
    ])
    expect((await say(`GET /v1/next HTTP/1.1\r\n${HOST}${headers}\r\n`, 2)).statuses()).toEqual([200, 200])
  })
})

describe('a body of a chat that is nested too deeply', () => {
  test.each([
    ['lists', `${'['.repeat(40_000)}${']'.repeat(40_000)}`],
    ['objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['what never ends', '['.repeat(90_000)],
  ])('%s', async (_what, nested) => {
    const before = live.chat.seen.length
    const reply = await live.ask('/v1/chat/completions', {
      method: 'POST',
      body: `{"model":"llama","messages":${nested}}`,
    })
    expect(reply.status).toBe(400)
    expect(await reply.json()).toMatchObject({
      error: { code: 'invalid_request', message: expect.stringContaining('128 levels') },
    })
    expect(live.chat.seen.length).toBe(before)
  })
})
