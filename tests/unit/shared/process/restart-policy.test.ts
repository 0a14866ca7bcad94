import { expect, test } from 'bun:test'
import { NO_FAILURES, afterFailure } from '@shared/process/restart-policy.ts'

const delaysOf = (failures: number, healthyMs = 0): readonly number[] => {
  let history = NO_FAILURES
  return Array.from({ length: failures }, () => {
    const decision = afterFailure(history, healthyMs)
    history = decision.history
    return decision.delayMs
  })
}

test('waits 250 ms after the first failure and doubles the wait, up to 30 s', () => {
  expect(delaysOf(9)).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
})

test('starts again however often it failed, and says how often that was', () => {
  const decision = afterFailure({ failuresInARow: 5000 }, 0)
  expect(decision).toEqual({ history: { failuresInARow: 5001 }, delayMs: 30_000 })
})

test('forgives a process that was healthy for a minute', () => {
  expect(afterFailure({ failuresInARow: 7 }, 60_000)).toEqual({
    history: { failuresInARow: 1 },
    delayMs: 250,
  })
  expect(afterFailure({ failuresInARow: 7 }, 59_999).delayMs).toBe(30_000)
})
