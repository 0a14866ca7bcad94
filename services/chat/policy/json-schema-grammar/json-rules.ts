import { PLAIN_IN_JSON } from './character-set.ts'
import { between, characters, choice, literal, optional, repeat, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import { colonAfter, enclosed, listOf } from './json-brackets.ts'
import type { RuleBook } from './rule-book.ts'

/**
 * The parts that JSON texts are made of. White space and digits are bounded, so that a model cannot lose itself in them;
 * numbers stay below what JavaScript and most others read exactly, and far below infinity.
 */

/** Digits of the whole part of a number. */
export const MAX_WHOLE_DIGITS = 15
const MAX_FRACTION_DIGITS = 16
const MAX_EXPONENT_DIGITS = 2
export const digits = (min: number, max: number): Expression => repeat(between('0', '9'), min, max)

const hexDigits = (count: number): Expression =>
  repeat(characters([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]), count, count)

/** One character of a string: as it is, or escaped. Surrogates come in pairs, which are one character. */
export const stringCharacter = (book: RuleBook): Expression =>
  book.shared('char', () => choice([characters(...PLAIN_IN_JSON), sequence([literal('\\'), escaped()])]))

const escaped = (): Expression => {
  const firstOfPair = sequence([
    characters([0x44, 0x44], [0x64, 0x64]),
    characters([0x38, 0x39], [0x41, 0x42], [0x61, 0x62]),
  ])
  const secondOfPair = sequence([
    characters([0x44, 0x44], [0x64, 0x64]),
    characters([0x43, 0x46], [0x63, 0x66]),
  ])
  const single = choice([
    sequence([
      characters([0x30, 0x39], [0x41, 0x43], [0x45, 0x46], [0x61, 0x63], [0x65, 0x66]),
      hexDigits(3),
    ]),
    sequence([characters([0x44, 0x44], [0x64, 0x64]), between('0', '7'), hexDigits(2)]),
  ])
  const pair = sequence([firstOfPair, hexDigits(2), literal('\\u'), secondOfPair, hexDigits(2)])
  const named = characters(...Array.from('"\\bfnrt', (character) => both(character.charCodeAt(0))))
  return choice([named, sequence([literal('u'), choice([single, pair])])])
}

const both = (codePoint: number): readonly [number, number] => [codePoint, codePoint]

export const quoted = (content: Expression): Expression => sequence([literal('"'), content, literal('"')])

export const anyString = (book: RuleBook): Expression =>
  book.shared('string', () => quoted(repeat(stringCharacter(book), 0)))

/** A whole number without a sign. */
const whole = (): Expression =>
  choice([literal('0'), sequence([between('1', '9'), digits(0, MAX_WHOLE_DIGITS - 1)])])

export const anyInteger = (book: RuleBook): Expression =>
  book.shared('integer', () =>
    choice([
      literal('0'),
      sequence([optional(literal('-')), between('1', '9'), digits(0, MAX_WHOLE_DIGITS - 1)]),
    ]),
  )

export const anyNumber = (book: RuleBook): Expression =>
  book.shared('number', () =>
    sequence([
      optional(literal('-')),
      whole(),
      optional(sequence([literal('.'), digits(1, MAX_FRACTION_DIGITS)])),
      optional(sequence([characters([0x45, 0x45], [0x65, 0x65]), sign(), digits(1, MAX_EXPONENT_DIGITS)])),
    ]),
  )

const sign = (): Expression => optional(characters([0x2b, 0x2b], [0x2d, 0x2d]))

export const anyBoolean = (book: RuleBook): Expression =>
  book.shared('boolean', () => choice([literal('true'), literal('false')]))

export const anyValue = (book: RuleBook): Expression =>
  book.shared('value', () =>
    choice([
      anyObject(book),
      anyArray(book),
      anyString(book),
      anyNumber(book),
      anyBoolean(book),
      literal('null'),
    ]),
  )

export const anyObject = (book: RuleBook): Expression =>
  book.shared('object', () => {
    const member = sequence([colonAfter(anyString(book)), anyValue(book)])
    return enclosed(book, '{}', listOf(book, book.named('member', member)))
  })

const anyArray = (book: RuleBook): Expression =>
  book.shared('array', () => enclosed(book, '[]', listOf(book, anyValue(book))))
