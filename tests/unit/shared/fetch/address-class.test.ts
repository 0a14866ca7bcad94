import { expect, test } from 'bun:test'
import { classOfAddress, isInRanges, parseAddressRange } from '@shared/fetch/address-class.ts'
import type { AddressClass } from '@shared/fetch/address-class.ts'
import { assert, integer, property, tuple } from 'fast-check'

const EDGES: Readonly<Record<AddressClass, readonly string[]>> = {
  public: [
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00::1',
    '64:ff9b::101:101',
  ],
  private: [
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '127.0.0.0',
    '127.255.255.255',
    '172.16.0.0',
    '172.31.255.255',
    '192.168.0.0',
    '192.168.255.255',
    '::1',
    'fc00::',
    'fdff::1',
  ],
  reserved: [
    '169.254.0.0',
    '169.254.169.254',
    '168.63.129.16',
    '100.100.100.200',
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '240.0.0.1',
    'fe80::1',
    'febf::1',
    'fec0::1',
    'fd00:ec2::254',
    'fd20:ce::254',
    '::ffff:8.8.8.8',
    '::8.8.8.8',
    '::ffff:0:127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::101:101',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    '100::1',
    '4000::1',
    '1::1',
  ],
  nowhere: [
    '0.0.0.0',
    '0.255.255.255',
    '224.0.0.1',
    '239.255.255.255',
    '255.255.255.255',
    '::',
    'ff02::1',
    'fe80::1%eth0',
    '127.1',
    '0177.0.0.1',
    '2130706433',
    'localhost',
    '',
  ],
}

test.each(Object.entries(EDGES))('%s are these, to the last address', (found, addresses) => {
  const others = addresses.filter((address) => classOfAddress(address) !== found)
  expect(others).toEqual([])
})

test('no IPv4 address that is not public becomes public by the way it is wrapped in IPv6', () => {
  const part = integer({ min: 0, max: 255 })
  assert(
    property(tuple(part, part, part, part), ([a, b, c, d]) => {
      const plain = classOfAddress(`${a}.${b}.${c}.${d}`)
      const hex = [a * 256 + b, c * 256 + d].map((group) => group.toString(16)).join(':')
      for (const wrapped of [`::ffff:${hex}`, `::${hex}`, `64:ff9b::${hex}`, `2002:${hex}::1`])
        if (plain !== 'public') expect(classOfAddress(wrapped)).not.toBe('public')
    }),
  )
})

test('a range of everything still leads nowhere', () => {
  const ranges = ['0.0.0.0/0', '::/0'].map(parseAddressRange).filter((range) => range !== undefined)
  expect(isInRanges('169.254.169.254', ranges)).toBe(true)
  for (const address of EDGES.nowhere) expect(isInRanges(address, ranges)).toBe(false)
})
