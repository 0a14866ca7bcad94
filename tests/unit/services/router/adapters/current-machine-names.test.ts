import { expect, test } from 'bun:test'
import { createCurrentMachineNames } from '@service/router/adapters/current-machine-names.ts'

test('a machine that moves to another network is known by its new address within seconds', () => {
  let now = 0
  let address = '192.168.1.2'
  let looks = 0
  const names = createCurrentMachineNames(
    () => now,
    () => {
      looks += 1
      return [address]
    },
  )
  address = '10.0.0.7'
  now = 4999
  expect(names()).toEqual(['192.168.1.2'])
  now = 5000
  expect([names(), names(), names()].flat()).toEqual(['10.0.0.7', '10.0.0.7', '10.0.0.7'])
  expect(looks).toBe(2)
})
