import { describe, expect, test } from 'bun:test'
import { checkBinding } from '@shared/access/check-binding.ts'
import type { Binding } from '@shared/access/check-binding.ts'

const bind = (host: string, changes: Partial<Binding> = {}) =>
  checkBinding({
    host,
    hasGoodKey: true,
    allowsPublic: false,
    machineAddresses: ['127.0.0.1', '192.168.1.2', 'fe80::1'],
    ...changes,
  })

test.each(['127.0.0.1', 'localhost', '::1', '[::1]'])('%s needs no key', (host) => {
  expect(bind(host, { hasGoodKey: false })).toBe('this-machine')
})

test.each(['192.168.1.2', '0.0.0.0', '::', 'fd00::5', '203.0.113.7'])(
  '%s is refused without a key, and what to type is said',
  (host) => {
    const refused = () => bind(host, { hasGoodKey: false, allowsPublic: true })
    expect(refused).toThrow('skein key add')
    expect(refused).toThrow('skein up --lan')
  },
)

test.each(['192.168.1.2', '0.0.0.0', '::', 'fd00::5', '100.100.1.1'])('%s is fine with a key', (host) => {
  expect(bind(host)).toBe('other-machines')
})

describe('an address of the internet', () => {
  test('needs more than a key: the word of the operator', () => {
    expect(() => bind('203.0.113.7')).toThrow('--allow-public')
    expect(bind('203.0.113.7', { allowsPublic: true })).toBe('other-machines')
  })

  test('counts when the machine has it and all addresses are bound', () => {
    const machineAddresses = ['127.0.0.1', '203.0.113.7']
    expect(() => bind('0.0.0.0', { machineAddresses })).toThrow('203.0.113.7 can be reached')
    expect(bind('0.0.0.0', { machineAddresses, allowsPublic: true })).toBe('other-machines')
    expect(bind('192.168.1.2', { machineAddresses })).toBe('other-machines')
  })

  test('of IPv6 counts where IPv6 is bound', () => {
    const machineAddresses = ['192.168.1.2', '2001:db8::7']
    expect(bind('0.0.0.0', { machineAddresses })).toBe('other-machines')
    expect(() => bind('::', { machineAddresses })).toThrow('2001:db8::7')
  })
})

test.each(['example.com', '', '127.0.0.1.example.com', '10.0.0.1:80'])('%p is no address to bind', (host) => {
  expect(() => bind(host)).toThrow('not an IP address')
})
