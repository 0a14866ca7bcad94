import { expect, test } from 'bun:test'
import { hostname } from 'node:os'
import { machineAddresses, machineNames } from '@shared/access/machine-addresses.ts'

test('the machine knows its addresses, and by which names it is asked for', () => {
  expect(machineAddresses()).toContain('127.0.0.1')
  const [first] = hostname().toLowerCase().split('.')
  expect(machineNames()).toEqual(expect.arrayContaining(['127.0.0.1', `${first}.local`]))
  expect(machineNames().every((name) => !name.includes('%'))).toBe(true)
})
