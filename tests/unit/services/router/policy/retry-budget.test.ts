import { expect, test } from 'bun:test'
import { RetryBudget } from '@service/router/policy/retry-budget.ts'

const takeAll = (budget: RetryBudget, nowMs: number): number => {
  let taken = 0
  while (taken < 1000 && budget.take(nowMs)) taken += 1
  return taken
}

test('with few requests three may be tried again', () => {
  const budget = new RetryBudget()
  budget.onRequest(0)
  expect(takeAll(budget, 0)).toBe(3)
  expect(takeAll(budget, 9_999)).toBe(0)
})

test('with many requests a fifth of them may', () => {
  const budget = new RetryBudget()
  for (let at = 0; at < 100; at += 1) budget.onRequest(at * 50)
  expect(takeAll(budget, 5000)).toBe(20)
})

test('what is ten seconds old counts no more, neither as a request nor as a retry', () => {
  const budget = new RetryBudget()
  for (let at = 0; at < 100; at += 1) budget.onRequest(500)
  expect(takeAll(budget, 500)).toBe(20)
  expect(takeAll(budget, 9_000)).toBe(0)
  expect(takeAll(budget, 10_500)).toBe(3)
})
