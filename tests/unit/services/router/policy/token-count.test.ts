import { expect, test } from 'bun:test'
import { NO_TOKENS, addTokens, tokensIn, untilNextPeriodMs } from '@service/router/policy/token-count.ts'

const at = (text: string): number => Date.parse(text)
const evening = at('2027-01-31T23:59:00Z')
const nextDay = at('2027-02-01T00:00:00Z')

test('tokens of a day and of a month end with it; those of all stay', () => {
  const count = addTokens(addTokens(NO_TOKENS, 5, at('2027-01-30T12:00:00Z')), 7, evening)
  expect([tokensIn(count, 'day', evening), tokensIn(count, 'month', evening)]).toEqual([7, 12])
  expect([tokensIn(count, 'day', nextDay), tokensIn(count, 'month', nextDay)]).toEqual([0, 0])
  expect(tokensIn(count, 'total', nextDay)).toBe(12)
  expect(tokensIn(addTokens(count, 1, nextDay), 'month', nextDay)).toBe(1)
})

test('nothing was used by who never came', () => {
  for (const period of ['day', 'month', 'total'] as const)
    expect(tokensIn(NO_TOKENS, period, evening)).toBe(0)
})

test('it is known when a period is over, in UTC', () => {
  expect(untilNextPeriodMs('day', evening)).toBe(60_000)
  expect(untilNextPeriodMs('month', evening)).toBe(60_000)
  expect(untilNextPeriodMs('day', nextDay)).toBe(86_400_000)
  expect(untilNextPeriodMs('month', at('2027-12-31T00:00:00Z'))).toBe(86_400_000)
  expect(untilNextPeriodMs('total', evening)).toBeUndefined()
})
