import { expect, test } from 'bun:test'
import { takeRequest } from '@service/router/policy/request-rate.ts'
import type { RequestAllowance } from '@service/router/policy/request-rate.ts'

/** How many of the requests that come at these moments may come. */
const allowed = (perMinute: number, moments: readonly number[]): number => {
  let allowance: RequestAllowance | undefined
  return moments.filter((now) => {
    const verdict = takeRequest(allowance, perMinute, now)
    allowance = verdict.allowance
    return verdict.waitMs === 0
  }).length
}

const at = (now: number, count: number): number[] => Array.from({ length: count }, () => now)

test('as many as in a minute may come at once, and no more', () => {
  expect(allowed(60, at(0, 100))).toBe(60)
  expect(allowed(1, at(5, 3))).toBe(1)
})

test('the next may come when its share of the minute is over', () => {
  expect(allowed(60, [...at(0, 60), 999, 1000, 1000])).toBe(61)
  expect(allowed(60, [...at(0, 60), ...at(600_000, 100)])).toBe(120)
})

test('who is refused is told how long to wait, and then may', () => {
  const first = takeRequest(undefined, 2, 0)
  const second = takeRequest(first.allowance, 2, 0)
  const third = takeRequest(second.allowance, 2, 10_000)
  expect([first.waitMs, second.waitMs, Math.round(third.waitMs)]).toEqual([0, 0, 20_000])
  expect(takeRequest(third.allowance, 2, 30_001).waitMs).toBe(0)
})

test('a refusal costs nothing, and a clock that goes back gives nothing', () => {
  expect(allowed(60, [...at(0, 60), ...at(500, 50), 1001])).toBe(61)
  expect(allowed(60, [...at(60_000, 60), ...at(0, 5)])).toBe(60)
})

test('a limit that was lowered counts at once', () => {
  const full = takeRequest(undefined, 1000, 0)
  expect(takeRequest(full.allowance, 2, 0).allowance.requests).toBe(1)
})
