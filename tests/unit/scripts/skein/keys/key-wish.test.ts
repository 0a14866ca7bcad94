import { expect, test } from 'bun:test'
import {
  collectNames,
  keyWishOf,
  parseBudget,
  parseExpiry,
  parseRate,
} from '../../../../../scripts/skein/keys/key-wish.ts'

const NOON = Date.parse('2027-01-31T12:00:00Z')

test('what was not said is not in the wish', () => {
  expect(keyWishOf({})).toEqual({})
  expect(keyWishOf({ scope: ['admin'], bind: 'none', rate: 5, label: 'none' })).toEqual({
    label: 'none',
    scopes: ['admin'],
    endpointId: null,
    requestsPerMinute: 5,
  })
})

test('names come with commas or one by one; none takes them all away', () => {
  expect(collectNames('b, c,', collectNames('a'))).toEqual(['a', 'b', 'c'])
  expect(collectNames('none', ['a'])).toEqual([])
})

test('an end is a while from now, or a date', () => {
  expect(parseExpiry('30d', NOON)).toBe('2027-03-02T12:00:00.000Z')
  expect(parseExpiry('90m', NOON)).toBe('2027-01-31T13:30:00.000Z')
  expect(parseExpiry('2028-01-31', NOON)).toBe('2028-01-31')
  expect(parseExpiry('none', NOON)).toBe('none')
  for (const wrong of ['30', 'd', '5y', '2028-99-99', 'soon', '-3d', '999999d'])
    expect(() => parseExpiry(wrong, NOON)).toThrow('30d')
})

test('rates and budgets are numbers with a period', () => {
  expect([parseRate('60'), parseRate('none')]).toEqual([60, 'none'])
  expect(parseBudget('100_000/day')).toEqual({ tokens: 100_000, period: 'day' })
  expect(parseBudget('none')).toBe('none')
  for (const wrong of ['1/week', '/day', '100000', 'x/day']) expect(() => parseBudget(wrong)).toThrow('/day')
  for (const wrong of ['', '-1', '1.5', 'fast']) expect(() => parseRate(wrong)).toThrow('per minute')
})
