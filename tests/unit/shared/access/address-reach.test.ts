import { expect, test } from 'bun:test'
import { reachOf } from '@shared/access/address-reach.ts'

test.each([
  ['127.0.0.1', 'loopback'],
  ['127.9.9.9', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['10.1.2.3', 'lan'],
  ['172.16.0.1', 'lan'],
  ['172.31.255.255', 'lan'],
  ['192.168.1.2', 'lan'],
  ['169.254.3.4', 'lan'],
  ['100.64.0.1', 'lan'],
  ['100.127.255.255', 'lan'],
  ['fd12::1', 'lan'],
  ['fe80::1%eth0', 'lan'],
  ['0.0.0.0', 'every'],
  ['::', 'every'],
  ['0:0:0:0:0:0:0:0', 'every'],
  ['203.0.113.7', 'public'],
  ['8.8.8.8', 'public'],
  ['172.32.0.1', 'public'],
  ['100.128.0.1', 'public'],
  ['192.169.0.1', 'public'],
  ['2001:db8::1', 'public'],
  ['::ffff:8.8.8.8', 'public'],
] as const)('%s can be reached as %s', (address, reach) => {
  expect(reachOf(address)).toBe(reach)
})

test.each([
  'example.com',
  'localhost',
  '',
  '1.2.3',
  '127.0.0.1.example.com',
  '[::1]',
  '0x7f.1',
  '10.0.0.1/8',
])('%p is no address', (text) => {
  expect(reachOf(text)).toBeUndefined()
})
