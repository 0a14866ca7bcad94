import { between, choice, literal, NEVER, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import { digits } from './json-rules.ts'

/** The whole numbers from one to another, both included, both safe integers. */
export const integerRange = (from: number, to: number): Expression => {
  if (from > to) return NEVER
  if (to < 0) return sequence([literal('-'), naturalRange(-to, -from)])
  if (from >= 0) return naturalRange(from, to)
  return choice([sequence([literal('-'), naturalRange(1, -from)]), naturalRange(0, to)])
}

/** As `integerRange`, without a sign. */
export const naturalRange = (from: number, to: number): Expression => {
  if (from > to) return NEVER
  const low = String(from)
  const high = String(to)
  if (low.length === high.length) return sameLength(low, high)
  const options = [sameLength(low, '9'.repeat(low.length))]
  const full = [low.length + 1, high.length - 1] as const
  const isHighFull = /^9+$/.test(high)
  const longest = isHighFull ? high.length : full[1]
  if (full[0] <= longest) options.push(sequence([between('1', '9'), digits(full[0] - 1, longest - 1)]))
  if (!isHighFull) options.push(sameLength(`1${'0'.repeat(high.length - 1)}`, high))
  return choice(options)
}

/** Digit strings of one length between two others. */
const sameLength = (low: string, high: string): Expression => {
  if (low === high) return literal(low)
  const [first, rest] = [low.charAt(0), low.slice(1)]
  const [last, end] = [high.charAt(0), high.slice(1)]
  if (first === last) return sequence([literal(first), sameLength(rest, end)])
  const isFromZeros = /^0*$/.test(rest)
  const isToNines = /^9*$/.test(end)
  return choice([
    isFromZeros ? NEVER : sequence([literal(first), sameLength(rest, '9'.repeat(rest.length))]),
    sequence([
      digitRange(Number(first) + (isFromZeros ? 0 : 1), Number(last) - (isToNines ? 0 : 1)),
      digits(rest.length, rest.length),
    ]),
    isToNines ? NEVER : sequence([literal(last), sameLength('0'.repeat(end.length), end)]),
  ])
}

/** One digit from one to another; none when there is none. */
export const digitRange = (from: number, to: number): Expression => {
  if (from > to) return NEVER
  return from === to ? literal(String(from)) : between(String(from), String(to))
}
