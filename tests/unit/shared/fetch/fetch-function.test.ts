import { afterEach, expect, test } from 'bun:test'
import { createFetchFunction } from '@shared/fetch/fetch-function.ts'
import { eventually } from '../../../support/eventually.ts'
import { fetcherFor } from '../../../support/fetch/fetcher-for.ts'
import { replyText, startRawServer } from '../../../support/fetch/raw-server.ts'
import type { RawServer } from '../../../support/fetch/raw-server.ts'
import { refusalOf } from '../../../support/fetch/refusal-of.ts'

const servers: RawServer[] = []
const start = async (...answer: Parameters<typeof startRawServer>): Promise<RawServer> => {
  const server = await startRawServer(...answer)
  servers.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

const get = createFetchFunction(
  fetcherFor({ limits: { idleTimeoutMs: Infinity, totalTimeoutMs: Infinity } }),
  'url',
)

test('asks and answers as fetch does', async () => {
  const server = await start((socket) => socket.end(replyText('201 Created', ['x-kind: reply'], '{"b":2}')))
  const response = await get(new URL(`http://pictures.test:${server.port}/path?a=b`), {
    method: 'post',
    headers: { 'x-session': '1' },
    body: '{"a":1}',
  })
  expect([response.status, response.headers.get('x-kind')]).toEqual([201, 'reply'])
  expect(await response.json()).toEqual({ b: 2 })
  const [request = ''] = server.requests
  expect(request).toStartWith('POST /path?a=b HTTP/1.1\r\n')
  expect(request).toContain('x-session: 1\r\n')
  expect(request).toEndWith('\r\n\r\n{"a":1}')
})

test('a redirect can be left to the caller', async () => {
  const server = await start((socket) => socket.end(replyText('302 Found', ['location: http://10.0.0.1/'])))
  const response = await get(`http://pictures.test:${server.port}/`, { redirect: 'manual' })
  expect([response.status, response.headers.get('location')]).toEqual([302, 'http://10.0.0.1/'])
  expect(get('http://pictures.test/', { redirect: 'error' })).rejects.toThrow('not supported')
})

test('a status without a body has none', async () => {
  const server = await start((socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n'))
  expect((await get(`http://pictures.test:${server.port}/`)).body).toBeNull()
})

test('leaving a silent stream ends its connection', async () => {
  const server = await start((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n'))
  const response = await get(`http://pictures.test:${server.port}/`)
  const reader = response.body?.getReader()
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n')
  const silence = reader?.read()
  await reader?.cancel()
  expect((await silence)?.done).toBe(true)
  await eventually('the connection is closed', () => server.closed === 1)
})

test('what the policy keeps closed is refused', async () => {
  const strict = createFetchFunction(fetcherFor({ policy: { allowsPrivateNetwork: false } }), 'webhook')
  const refused = await refusalOf(strict('http://127.0.0.1/'))
  expect([refused.code, refused.param]).toEqual(['forbidden', 'webhook'])
})
