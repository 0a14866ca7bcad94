import { expect, test } from 'bun:test'
import type { NetworkInterfaceInfo } from 'node:os'
import { isNeighbour, lanInterfaces } from '@service/router/adapters/lan/lan-interfaces.ts'

const four = (address: string, netmask = '255.255.255.0'): NetworkInterfaceInfo => ({
  address,
  netmask,
  family: 'IPv4',
  mac: '02:00:00:00:00:01',
  internal: address.startsWith('127.'),
  cidr: null,
})
const six: NetworkInterfaceInfo = { ...four('fe80::1'), family: 'IPv6', scopeid: 2 }

test('every IPv4 address beyond loopback is a way to neighbours', () => {
  const found = lanInterfaces({
    lo: [four('127.0.0.1', '255.0.0.0')],
    eth0: [four('192.168.1.5'), six, four('10.0.0.5', '255.0.0.0')],
    wlan0: [four('192.168.1.9')],
    tun0: undefined,
  })
  expect(found.map(({ address, name }) => `${name} ${address}`)).toEqual([
    'eth0 192.168.1.5',
    'eth0 10.0.0.5',
    'wlan0 192.168.1.9',
  ])
})

test('a machine without a network has its loopback', () => {
  const found = lanInterfaces({
    lo: [four('127.0.0.1', '255.0.0.0'), four('127.0.0.2', '255.0.0.0')],
    eth0: [six],
  })
  expect(found.map(({ address }) => address)).toEqual(['127.0.0.1'])
  expect(lanInterfaces({})).toEqual([])
})

test.each([
  ['192.168.1.77', '192.168.1.5', '255.255.255.0', true],
  ['192.168.2.77', '192.168.1.5', '255.255.255.0', false],
  ['192.168.2.77', '192.168.1.5', '255.255.0.0', true],
  ['10.0.0.129', '10.0.0.1', '255.255.255.128', false],
  ['200.1.1.1', '200.1.1.2', '255.255.255.254', false],
  ['8.8.8.8', '192.168.1.5', '0.0.0.0', true],
  ['fe80::1', '192.168.1.5', '255.255.255.0', false],
  ['192.168.1', '192.168.1.5', '255.255.255.0', false],
  ['192.168.1.300', '192.168.1.5', '255.255.255.0', false],
  ['192.168.1.5 ', '192.168.1.5', '255.255.255.0', false],
  ['', '192.168.1.5', '255.255.255.0', false],
])('whether %s is a neighbour of %s/%s: %p', (address, own, netmask, expected) => {
  expect(isNeighbour(address, { name: 'eth0', mac: '', address: own, netmask })).toBe(expected)
})
