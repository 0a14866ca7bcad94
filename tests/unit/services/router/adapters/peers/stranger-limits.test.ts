import { expect, test } from 'bun:test'
import { createStrangerLimits } from '@service/router/adapters/peers/stranger-limits.ts'

const openLimits = () => {
  const clock = { now: 1000 }
  const check = createStrangerLimits(() => clock.now)
  const isLetIn = (address: string): boolean => {
    try {
      check(address)
      return true
    } catch {
      return false
    }
  }
  const times = (count: number, address: string): number =>
    Array.from({ length: count }, () => isLetIn(address)).filter(Boolean).length
  return { clock, times }
}

test('twenty requests a second are answered for each address', () => {
  const { clock, times } = openLimits()
  expect(times(50, '192.0.2.1')).toBe(20)
  expect(times(50, '192.0.2.2')).toBe(20)
  clock.now += 500
  expect(times(50, '192.0.2.1')).toBe(10)
  clock.now += 60_000
  expect(times(50, '192.0.2.1')).toBe(20)
})

test('a network of IPv6 addresses counts as one', () => {
  const { times } = openLimits()
  expect(times(20, '2001:db8::1')).toBe(20)
  expect(times(1, '2001:db8::2')).toBe(0)
})
