import { expect, test } from 'bun:test'
import { cpuPercent } from '@service/router/policy/cpu-share.ts'

const at = (busy: number, available: number) => ({ busy, available })

test('it is the part of the time between two readings that was work', () => {
  expect(cpuPercent(at(100, 1000), at(150, 1200))).toBe(25)
  expect(cpuPercent(at(0, 0), at(1, 3))).toBe(33.3)
})

test('it stays between 0 and 100, whatever the counters do', () => {
  expect(cpuPercent(at(10, 100), at(10, 100))).toBe(0)
  expect(cpuPercent(at(10, 100), at(5, 50))).toBe(0)
  expect(cpuPercent(at(0, 0), at(300, 200))).toBe(100)
  expect(cpuPercent(at(50, 0), at(40, 10))).toBe(0)
})
