import { expect, test } from 'bun:test'
import type { networkInterfaces } from 'node:os'
import { networksOf, openDoctorNetwork, placeOf } from '@service/router/adapters/doctor/doctor-network.ts'

const info = (address: string, prefix: number, internal = false) =>
  ({
    address,
    cidr: `${address}/${prefix}`,
    family: address.includes(':') ? 'IPv6' : 'IPv4',
    internal,
    netmask: '',
    mac: '',
  }) as NonNullable<ReturnType<typeof networkInterfaces>[string]>[number]

const INTERFACES = {
  lo: [info('127.0.0.1', 8, true)],
  eth0: [info('192.168.1.2', 24), info('fe80::1', 64), info('fd00:1::2', 64)],
}

test('an address is of this machine, of a neighbour, or elsewhere', () => {
  const places = ['192.168.1.2', '192.168.1.77', '192.168.2.2', 'fd00:1::9', 'fd00:2::9', 'studio.local']
  expect(places.map((host) => placeOf(host, INTERFACES))).toEqual([
    'own',
    'neighbour',
    'elsewhere',
    'neighbour',
    'elsewhere',
    'elsewhere',
  ])
})

test('networks are told with their size, without those that nobody else is in', () => {
  expect(networksOf(INTERFACES)).toEqual([
    { name: 'eth0', address: '192.168.1.2/24' },
    { name: 'eth0', address: 'fd00:1::2/64' },
  ])
})

test('an IP address needs nobody who knows it', async () => {
  expect(await openDoctorNetwork().resolve('192.0.2.1', 1)).toEqual(['192.0.2.1'])
  expect(await openDoctorNetwork().resolve('localhost', 2000)).toContain('127.0.0.1')
})
