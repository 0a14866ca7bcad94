import { expect, test } from 'bun:test'
import { readServiceAddresses } from '@service/router/adapters/service-addresses.ts'

test('every service but the router has its socket under the home of the node', () => {
  expect([...readServiceAddresses('', '/srv/skein')]).toEqual([
    ['chat', { type: 'unix', path: '/srv/skein/run/chat.sock' }],
    ['model-store', { type: 'unix', path: '/srv/skein/run/model-store.sock' }],
  ])
})

test('what is given counts, and the others stay', () => {
  const given = 'chat=http://127.0.0.1:9000 , model-store=unix:/tmp/m.sock'
  expect([...readServiceAddresses(given, '/srv')]).toEqual([
    ['chat', { type: 'http', url: 'http://127.0.0.1:9000' }],
    ['model-store', { type: 'unix', path: '/tmp/m.sock' }],
  ])
  expect(readServiceAddresses('chat=unix:/c', '/srv').get('model-store')).toEqual({
    type: 'unix',
    path: '/srv/run/model-store.sock',
  })
})

test.each(['nobody=unix:/x', 'router=unix:/x', 'chat', 'chat=', '=unix:/x', 'chat=ftp://x'])(
  'what cannot be read is refused by its words: %s',
  (given) => expect(() => readServiceAddresses(given, '/srv')).toThrow(/'/),
)
