import { choice, EMPTY, literal, NEVER, optional, repeat, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import { digitRange, naturalRange } from './integer-range.ts'
import { digits, MAX_WHOLE_DIGITS } from './json-rules.ts'

/** An end of a range of numbers, as decimal digits: 12.5 is 12 and `5`. */
export interface DecimalBound {
  readonly whole: number
  /** Digits after the point, without zeros at the end. */
  readonly fraction: string
  readonly isExclusive: boolean
}

const LARGEST_WHOLE = 10 ** MAX_WHOLE_DIGITS - 1

/**
 * Numbers that are not negative, without exponents, from `low` to `high` (absent: as large as they get).
 * @param places most digits after the point, at least 1
 */
export const decimalRange = (
  low: DecimalBound,
  high: DecimalBound | undefined,
  places: number,
): Expression => {
  if (high?.whole === low.whole)
    return sequence([literal(String(low.whole)), pointed(within(low, high, places))])
  const above = high === undefined ? LARGEST_WHOLE : high.whole - 1
  const isFromWhole = low.fraction === '' && !low.isExclusive
  return choice([
    isFromWhole ? NEVER : sequence([literal(String(low.whole)), pointed(atLeast(low, places))]),
    sequence([naturalRange(isFromWhole ? low.whole : low.whole + 1, above), pointed(digits(0, places))]),
    high === undefined ? NEVER : sequence([literal(String(high.whole)), pointed(atMost(high, places))]),
  ])
}

/** Digits after a point; where none are needed, the point is not either. */
const pointed = (fraction: Expression): Expression => {
  const point = literal('.')
  if (fraction.type === 'repeat' && fraction.min === 0) {
    const some = repeat(fraction.part, 1, fraction.max)
    return optional(sequence([point, some]))
  }
  return sequence([point, fraction])
}

type Fraction = Pick<DecimalBound, 'fraction' | 'isExclusive'>

const split = ({ fraction, isExclusive }: Fraction): { readonly digit: number; readonly rest: Fraction } => ({
  digit: Number(fraction.charAt(0) || '0'),
  rest: { fraction: fraction.slice(1), isExclusive },
})

/** At most so many digits that, after a point, are not less than the bound. */
const atLeast = (bound: Fraction, places: number): Expression => {
  if (bound.fraction === '' && !bound.isExclusive) return digits(0, places)
  if (places === 0) return NEVER
  const { digit, rest } = split(bound)
  return choice([
    sequence([digitRange(digit + 1, 9), digits(0, places - 1)]),
    sequence([literal(String(digit)), atLeast(rest, places - 1)]),
  ])
}

/** The same for not more than the bound. */
const atMost = (bound: Fraction, places: number): Expression => {
  if (bound.fraction === '') return bound.isExclusive ? NEVER : repeat(literal('0'), 0, places)
  if (places === 0) return EMPTY
  const { digit, rest } = split(bound)
  return optional(
    choice([
      sequence([digitRange(0, digit - 1), digits(0, places - 1)]),
      sequence([literal(String(digit)), atMost(rest, places - 1)]),
    ]),
  )
}

const within = (low: Fraction, high: Fraction, places: number): Expression => {
  if (low.fraction === '' && !low.isExclusive) return atMost(high, places)
  if (places === 0) return NEVER
  const from = split(low)
  const to = split(high)
  if (from.digit > to.digit) return NEVER
  if (from.digit === to.digit)
    return sequence([literal(String(from.digit)), within(from.rest, to.rest, places - 1)])
  return choice([
    sequence([literal(String(from.digit)), atLeast(from.rest, places - 1)]),
    sequence([digitRange(from.digit + 1, to.digit - 1), digits(0, places - 1)]),
    sequence([literal(String(to.digit)), atMost(to.rest, places - 1)]),
  ])
}
