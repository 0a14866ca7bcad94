import { expect, test } from 'bun:test'
import { OWNER_PEER } from '@service/router/features/access/caller.ts'
import { createClientLimits } from '@service/router/features/forwarding/client-limits.ts'

const create = (limitsLocalClients = false) =>
  createClientLimits({ requestsPerClient: 3, socketsPerClient: 2, limitsLocalClients })

test('a client has as many requests as it may, then others have to end first', () => {
  const clients = create()
  const leaves = [1, 2, 3].map(() => clients.enter('192.0.2.7', 'request'))
  try {
    clients.enter('192.0.2.7', 'request')
    expect.unreachable()
  } catch (error) {
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 1, details: { limit: 3 } })
  }
  leaves[0]?.()
  leaves[0]?.()
  clients.enter('192.0.2.7', 'request')
  expect(() => clients.enter('192.0.2.7', 'request')).toThrow('3 requests')
})

test('another client is another count, and WebSockets are counted by themselves', () => {
  const clients = create()
  for (const peer of ['192.0.2.7', '192.0.2.8']) {
    for (let opened = 0; opened < 3; opened += 1) clients.enter(peer, 'request')
    for (let opened = 0; opened < 2; opened += 1) clients.enter(peer, 'socket')
    expect(() => clients.enter(peer, 'socket')).toThrow('2 WebSockets')
  }
})

test('addresses of one IPv6 network are one client', () => {
  const clients = create()
  for (const host of ['1', '2', '3']) clients.enter(`2001:db8::${host}`, 'request')
  expect(() => clients.enter('2001:db8::4', 'request')).toThrow('3 requests')
  expect(() => clients.enter('2001:db8:0:1::4', 'request')).not.toThrow()
})

test('who is on this machine is not counted, unless that is wanted', () => {
  const open = (peer: string | undefined, limitsLocalClients: boolean) => () => {
    const clients = create(limitsLocalClients)
    for (let opened = 0; opened < 4; opened += 1) clients.enter(peer, 'request')
  }
  for (const peer of ['127.0.0.1', '::1', '::ffff:127.0.0.1', OWNER_PEER, undefined]) {
    expect(open(peer, false)).not.toThrow()
  }
  expect(open('127.0.0.1', true)).toThrow('3 requests')
  expect(open(OWNER_PEER, true)).not.toThrow()
})
