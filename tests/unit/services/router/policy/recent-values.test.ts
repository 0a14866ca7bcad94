import { expect, test } from 'bun:test'
import { RecentValues } from '@service/router/policy/recent-values.ts'

const valuesOf = (remembered: number, ...values: number[]): RecentValues => {
  const recent = new RecentValues(remembered)
  for (const value of values) recent.add(value)
  return recent
}

test('nothing is known before the first number', () => {
  const recent = new RecentValues(5)
  expect([recent.median(), recent.mean(), recent.sum]).toEqual([undefined, undefined, 0])
})

test('one large number among many does not move the middle', () => {
  expect(valuesOf(31, 100, 110, 90_000, 105, 95).median()).toBe(105)
})

test('only the last ones count', () => {
  const recent = valuesOf(3, 1000, 1, 2, 3)
  expect([recent.sum, recent.mean(), recent.median()]).toEqual([6, 2, 2])
})
