import { decimalRange } from './decimal-range.ts'
import type { DecimalBound } from './decimal-range.ts'
import { choice, literal, NEVER, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import { integerRange } from './integer-range.ts'
import { anyInteger, anyNumber, MAX_WHOLE_DIGITS } from './json-rules.ts'
import type { RuleBook } from './rule-book.ts'
import type { Bound, NumberFacts } from './schema-facts.ts'
import type { SchemaScope } from './schema-scope.ts'

const LARGEST = 10 ** MAX_WHOLE_DIGITS - 1
/** Two different decimals of so many digits are never read as the same number. */
const EXACT_DIGITS = 15

export const integerGrammar = (
  scope: SchemaScope,
  book: RuleBook,
  facts: NumberFacts = NO_BOUNDS,
): Expression => {
  const { lower, upper } = withinReach(scope, facts)
  if (lower === undefined && upper === undefined) return anyInteger(book)
  const from = lower === undefined ? -LARGEST : Math.ceil(lower.value) + (isOnBound(lower) ? 1 : 0)
  const to = upper === undefined ? LARGEST : Math.floor(upper.value) - (isOnBound(upper) ? 1 : 0)
  return book.named('integer', integerRange(from, to))
}

const NO_BOUNDS: NumberFacts = { lower: undefined, upper: undefined }

/** Whether the bound itself is a whole number that is left out. */
const isOnBound = ({ value, isExclusive }: Bound): boolean => isExclusive && Number.isInteger(value)

export const numberGrammar = (
  scope: SchemaScope,
  book: RuleBook,
  facts: NumberFacts = NO_BOUNDS,
): Expression => {
  const { lower, upper } = withinReach(scope, facts)
  if (lower === undefined && upper === undefined) return anyNumber(book)
  const places = Math.min(
    placesBeside(scope, 'exclusiveMinimum', lower),
    placesBeside(scope, 'exclusiveMaximum', upper),
  )
  return book.named(
    'number',
    choice([
      magnitudes(lower, upper, places),
      sequence([literal('-'), magnitudes(negated(upper) ?? ABOVE_ZERO, negated(lower), places, ABOVE_ZERO)]),
    ]),
  )
}

interface Limit {
  readonly value: number
  readonly isExclusive: boolean
}

const ZERO: Limit = { value: 0, isExclusive: false }
const ABOVE_ZERO: Limit = { value: 0, isExclusive: true }

const negated = (limit: Limit | undefined): Limit | undefined =>
  limit === undefined ? undefined : { ...limit, value: -limit.value }

/** The numbers of a range that are not below `floor`, which is 0 or just above it. */
const magnitudes = (
  lower: Limit | undefined,
  upper: Limit | undefined,
  places: number,
  floor = ZERO,
): Expression => {
  const low = lower === undefined || isLooser(lower, floor) ? floor : lower
  const isNone = upper !== undefined && isEmptyRange(low, upper)
  return isNone ? NEVER : decimalRange(decimal(low), upper && decimal(upper), places)
}

const isLooser = (lower: Limit, floor: Limit): boolean =>
  lower.value < floor.value || (lower.value === floor.value && floor.isExclusive)

const isEmptyRange = (low: Limit, high: Limit): boolean =>
  high.value < low.value || (high.value === low.value && (low.isExclusive || high.isExclusive))

const decimal = ({ value, isExclusive }: Limit): DecimalBound => {
  const [whole = '0', fraction = ''] = plainDigits(value).split('.')
  return { whole: Number(whole), fraction, isExclusive }
}

/** JavaScript writes numbers below a millionth as `1.5e-7`. */
const plainDigits = (value: number): string => {
  const [mantissa = '', exponent] = String(value).split('e-')
  return exponent === undefined
    ? mantissa
    : `0.${'0'.repeat(Number(exponent) - 1)}${mantissa.replace('.', '')}`
}

/** Digits after the point such that no number is read as a bound that it must not be. */
const placesBeside = (scope: SchemaScope, keyword: string, bound: Bound | undefined): number => {
  if (bound === undefined || !bound.isExclusive) return EXACT_DIGITS
  const { whole, fraction } = decimal({ ...bound, value: Math.abs(bound.value) })
  const places = EXACT_DIGITS - (whole === 0 ? 0 : String(whole).length)
  if (places >= Math.max(1, fraction.length)) return places
  scope.inexpressible(keyword, bound, 'It has too many digits.')
  return EXACT_DIGITS
}

/** A bound that no number of the grammar reaches is none; one that lies beyond them all cannot be kept. */
const withinReach = (scope: SchemaScope, { lower, upper }: NumberFacts): NumberFacts => {
  if (lower !== undefined && lower.value > LARGEST) scope.inexpressible('minimum', lower, TOO_LARGE)
  if (upper !== undefined && upper.value < -LARGEST) scope.inexpressible('maximum', upper, TOO_LARGE)
  const isNear = (bound: Bound | undefined): bound is Bound =>
    bound !== undefined && Math.abs(bound.value) <= LARGEST
  return { lower: isNear(lower) ? lower : undefined, upper: isNear(upper) ? upper : undefined }
}

const TOO_LARGE = `Numbers have at most ${MAX_WHOLE_DIGITS} digits before the point.`
