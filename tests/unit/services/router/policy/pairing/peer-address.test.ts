import { expect, test } from 'bun:test'
import { parsePeerAddress, showPeerAddress } from '@service/router/policy/pairing/peer-address.ts'

test.each([
  ['192.168.1.5', '192.168.1.5', 8081],
  ['192.168.1.5:9000', '192.168.1.5', 9000],
  ['mac-mini.local', 'mac-mini.local', 8081],
  ['studio:1', 'studio', 1],
  ['fd00::1', 'fd00::1', 8081],
  ['[fd00::1]', 'fd00::1', 8081],
  ['[fd00::1]:9000', 'fd00::1', 9000],
])('%s is %s at port %d', (text, host, port) => expect(parsePeerAddress(text)).toEqual({ host, port }))

test.each([
  '',
  ':8081',
  'studio:',
  'studio:0',
  'studio:65536',
  'studio:1e3',
  'http://studio',
  'studio/path',
  'user@studio',
  'a b',
  '[fd00::1',
  '[studio]:1',
  '-studio',
  `${'a'.repeat(64)}.local`,
  'a.'.repeat(200),
  '__proto__',
])('%p is no address', (text) => expect(parsePeerAddress(text)).toBeUndefined())

test('an address is shown as it stands in a URL', () => {
  expect(showPeerAddress({ host: 'fd00::1', port: 1 })).toBe('[fd00::1]:1')
  expect(showPeerAddress({ host: '10.0.0.1', port: 8081 })).toBe('10.0.0.1:8081')
})
