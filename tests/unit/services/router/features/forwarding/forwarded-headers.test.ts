import { expect, test } from 'bun:test'
import {
  headersToClient,
  headersToDial,
  headersToService,
} from '@service/router/features/forwarding/forwarded-headers.ts'

const facts = { visitId: 'v1', requestId: 'r1', model: 'llama', queuedMs: 12.6, terms: undefined }

test('a service sees what its client sent, and what the router alone may say', () => {
  const headers = headersToService(
    new Headers({
      authorization: 'Bearer x',
      'content-type': 'application/json',
      'x-custom': '1',
      'x-skein-model': 'forged',
      'x-skein-deadline': '0',
      'x-skein-queue-ms': '0',
      'x-skein-visit': 'forged',
      'x-skein-caller': 'forged',
      'x-skein-class': 'batch',
      'x-request-id': 'from the client',
    }),
    facts,
  )
  expect(headers.toJSON()).toEqual({
    authorization: 'Bearer x',
    'content-type': 'application/json',
    'x-custom': '1',
    'x-request-id': 'r1',
    'x-skein-model': 'llama',
    'x-skein-queue-ms': '13',
    'x-skein-visit': 'v1',
  })
})

test('a service hears on whose account a request is, and until when, from the router alone', () => {
  const terms = { caller: 'key-1', requestClass: 'batch', deadline: 1_800_000_000_000 } as const
  const forged = { 'x-skein-caller': 'key-2', 'x-skein-class': 'interactive', 'x-skein-deadline': '1' }
  expect(headersToService(new Headers(forged), { ...facts, terms }).toJSON()).toMatchObject({
    'x-skein-caller': 'key-1',
    'x-skein-class': 'batch',
    'x-skein-deadline': '1800000000000',
  })
})

test('nothing internal is said of requests that have no model and no queue', () => {
  const headers = headersToService(new Headers({ 'x-skein-model': 'forged' }), {
    visitId: 'v1',
    requestId: 'r1',
    model: undefined,
    queuedMs: undefined,
    terms: undefined,
  })
  expect(headers.toJSON()).toEqual({ 'x-request-id': 'r1', 'x-skein-visit': 'v1' })
})

test('what is about one connection is not passed on, nor what that names', () => {
  const hops = {
    connection: 'close, X-Mine',
    'x-mine': '1',
    'keep-alive': 'timeout=5',
    te: 'trailers',
    trailer: 'x',
    upgrade: 'h2c',
    'transfer-encoding': 'chunked',
    'proxy-authorization': 'secret',
    'proxy-authenticate': 'Basic',
  }
  expect(
    headersToService(new Headers({ ...hops, expect: '100-continue', 'content-length': '3' }), facts).has(
      'x-mine',
    ),
  ).toBe(false)
  const left = headersToService(
    new Headers({ ...hops, expect: '100-continue', 'content-length': '3' }),
    facts,
  )
  expect([...left.keys()].filter((name) => !name.startsWith('x-'))).toEqual([])
  const back = headersToClient(new Headers({ ...hops, 'content-length': '3' }), {
    ...facts,
    dialect: 'openai',
  })
  expect(back.toJSON()).toEqual({ 'content-length': '3', 'x-request-id': 'r1', 'x-skein-queue-ms': '13' })
})

test('a reply keeps its encoding and every cookie', () => {
  const from = new Headers({ 'content-encoding': 'gzip', etag: '"1"' })
  from.append('set-cookie', 'a=1')
  from.append('set-cookie', 'b=2')
  const headers = headersToClient(from, { requestId: 'r1', queuedMs: undefined, dialect: undefined })
  expect(headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(headers.get('content-encoding')).toBe('gzip')
  expect(headers.has('x-skein-queue-ms')).toBe(false)
})

test('a reply in Anthropic’s dialect names its request under both names', () => {
  const facts = { requestId: 'r1', queuedMs: undefined, dialect: 'anthropic' } as const
  expect(headersToClient(new Headers(), facts).toJSON()).toEqual({ 'x-request-id': 'r1', 'request-id': 'r1' })
})

test('the handshake of a WebSocket is made anew, its other headers go along', () => {
  const headers = headersToDial(
    new Headers({
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-key': 'k',
      'sec-websocket-version': '13',
      'sec-websocket-extensions': 'permessage-deflate',
      'sec-websocket-protocol': 'a, b',
      authorization: 'Bearer x',
    }),
    { visitId: 'v1', requestId: 'r1', model: undefined, queuedMs: undefined, terms: undefined },
  )
  expect(headers.toJSON()).toEqual({
    authorization: 'Bearer x',
    'x-request-id': 'r1',
    'x-skein-visit': 'v1',
  })
})
