import { characters, choice, literal, optional, repeat, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import { integerRange } from './integer-range.ts'

const dot = literal('.')
const colon = literal(':')

export const addressVersion4 = (): Expression => {
  const number = integerRange(0, 255)
  return sequence([number, dot, number, dot, number, dot, number])
}

const group = repeat(characters([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]), 1, 4)

const groups = (count: number): Expression =>
  sequence([group, repeat(sequence([colon, group]), count - 1, count - 1)])

/** Eight groups, or `::` in place of at least one of them; the last two may be written as an IPv4 address. */
export const addressVersion6 = (): Expression => {
  const lastTwo = choice([groups(2), addressVersion4()])
  const whole = sequence([groups(6), colon, lastTwo])
  const shortened = Array.from({ length: 8 }, (_, before) =>
    sequence([before === 0 ? literal('') : groups(before), literal('::'), tail(7 - before, lastTwo)]),
  )
  return choice([whole, ...shortened])
}

/** Up to so many groups. */
const tail = (most: number, lastTwo: Expression): Expression => {
  const exact = Array.from({ length: most }, (_, index) => {
    const count = index + 1
    if (count === 1) return group
    return count === 2 ? lastTwo : sequence([groups(count - 2), colon, lastTwo])
  })
  return optional(choice(exact))
}
