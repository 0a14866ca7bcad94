import { expect, test } from 'bun:test'
import { memoryPressure } from '@service/router/policy/memory-pressure.ts'

const pressureOf = (availableBytes: number, some = 0, all = 0): string =>
  memoryPressure({ totalBytes: 1000, availableBytes, someStalledPercent: some, allStalledPercent: all })

test('it follows the share of memory that is free', () => {
  expect([1000, 151, 149, 51, 49, 0].map((free) => pressureOf(free))).toEqual([
    'normal',
    'normal',
    'warning',
    'warning',
    'critical',
    'critical',
  ])
})

test('programs that stand still for memory tell more than what is free', () => {
  expect(pressureOf(900, 11)).toBe('warning')
  expect(pressureOf(900, 60, 6)).toBe('critical')
})

test('a machine that does not tell its memory is not short of it', () => {
  const nothing = { totalBytes: 0, availableBytes: 0, someStalledPercent: 0, allStalledPercent: 0 }
  expect(memoryPressure(nothing)).toBe('normal')
})
