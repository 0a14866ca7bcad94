import {
  between,
  characters,
  choice,
  EMPTY,
  literal,
  NEVER,
  optional,
  repeat,
  sequence,
} from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import { integerRange } from './integer-range.ts'
import { addressVersion4, addressVersion6 } from './internet-address.ts'
import { digits } from './json-rules.ts'

const twoDigits = (from: number, to: number): Expression =>
  choice([
    from < 10 ? sequence([literal('0'), integerRange(from, Math.min(to, 9))]) : NEVER,
    to > 9 ? integerRange(Math.max(from, 10), to) : NEVER,
  ])

const months = (...numbers: readonly string[]): Expression => choice(numbers.map(literal))

/** 04, 08 … 96: years of a century that are leap years, and centuries whose first year is one. */
const FOURTHS = choice([
  sequence([literal('0'), characters([0x34, 0x34], [0x38, 0x38])]),
  sequence([
    characters([0x32, 0x32], [0x34, 0x34], [0x36, 0x36], [0x38, 0x38]),
    characters([0x30, 0x30], [0x34, 0x34], [0x38, 0x38]),
  ]),
  sequence([
    characters([0x31, 0x31], [0x33, 0x33], [0x35, 0x35], [0x37, 0x37], [0x39, 0x39]),
    characters([0x32, 0x32], [0x36, 0x36]),
  ]),
])

const LEAP_YEAR = choice([
  sequence([digits(2, 2), FOURTHS]),
  sequence([choice([literal('00'), FOURTHS]), literal('00')]),
])

/** Days that exist, also in February. */
const date = (): Expression => {
  const dash = literal('-')
  const day = choice([
    sequence([months('01', '03', '05', '07', '08', '10', '12'), dash, twoDigits(1, 31)]),
    sequence([months('04', '06', '09', '11'), dash, twoDigits(1, 30)]),
    sequence([literal('02'), dash, twoDigits(1, 28)]),
  ])
  return choice([sequence([digits(4, 4), dash, day]), sequence([LEAP_YEAR, literal('-02-29')])])
}

const colon = literal(':')

/** With a time zone, as RFC 3339 asks. */
const time = (): Expression => {
  const hourAndMinute = sequence([twoDigits(0, 23), colon, twoDigits(0, 59)])
  const zone = choice([literal('Z'), sequence([characters([0x2b, 0x2b], [0x2d, 0x2d]), hourAndMinute])])
  const fraction = optional(sequence([literal('.'), digits(1, 9)]))
  return sequence([hourAndMinute, colon, twoDigits(0, 59), fraction, zone])
}

/** As RFC 3339 has it: no unit may be left out between two others. */
const duration = (): Expression => {
  const part = (unit: string, smaller?: Expression): Expression =>
    sequence([digits(1, 6), literal(unit), smaller === undefined ? EMPTY : optional(smaller)])
  const minutes = part('M', part('S'))
  const clock = sequence([literal('T'), choice([part('H', minutes), minutes, part('S')])])
  const months = part('M', part('D'))
  const days = choice([part('Y', months), months, part('D')])
  return sequence([literal('P'), choice([sequence([days, optional(clock)]), clock, part('W')])])
}

const ALPHANUMERIC = characters([0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a])

/** Labels of at most 61 characters; two hyphens in a row are for encoded names. */
const label = (): Expression =>
  sequence([ALPHANUMERIC, repeat(sequence([optional(literal('-')), ALPHANUMERIC]), 0, 30)])

const hostname = (): Expression => sequence([label(), repeat(sequence([literal('.'), label()]), 0, 3)])

const email = (): Expression => {
  const letter = characters(
    ...Array.from("!#$%&'*+-/=?^_`{|}~", (sign) => [sign.charCodeAt(0), sign.charCodeAt(0)] as const),
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x61, 0x7a],
  )
  const user = sequence([letter, repeat(sequence([optional(literal('.')), letter]), 0, 31)])
  const domain = sequence([label(), repeat(sequence([literal('.'), label()]), 1, 3)])
  return sequence([user, literal('@'), domain])
}

const hexadecimal = (count: number): Expression =>
  repeat(characters([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]), count, count)

const uuid = (): Expression =>
  sequence([8, 4, 4, 4, 12].flatMap((count, index) => [literal(index === 0 ? '' : '-'), hexadecimal(count)]))

/** With a host. Characters that a URI must escape are left out. */
const uri = (): Expression => {
  const path = characters(
    ...Array.from("!$&'()*+,-./:;=@_~", (sign) => [sign.charCodeAt(0), sign.charCodeAt(0)] as const),
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x61, 0x7a],
  )
  const scheme = sequence([between('a', 'z'), repeat(characters([0x30, 0x39], [0x61, 0x7a]), 1, 11)])
  const port = optional(sequence([colon, integerRange(1, 65_535)]))
  const rest = (start: string): Expression => optional(sequence([literal(start), repeat(path, 0)]))
  return sequence([scheme, literal('://'), hostname(), port, rest('/'), rest('?'), rest('#')])
}

/**
 * Formats that the grammar guarantees, without quotes; all their characters stand for themselves in JSON. A grammar may
 * know fewer texts than the standard does, never others.
 */
export const STRING_FORMATS: ReadonlyMap<string, () => Expression> = new Map([
  ['date', date],
  ['time', time],
  ['date-time', () => sequence([date(), literal('T'), time()])],
  ['duration', duration],
  ['email', email],
  ['idn-email', email],
  ['hostname', hostname],
  ['idn-hostname', hostname],
  ['ipv4', addressVersion4],
  ['ipv6', addressVersion6],
  ['uuid', uuid],
  ['uri', uri],
  ['iri', uri],
])

/** Formats of JSON Schema without a grammar here. */
export const REFUSED_FORMATS: ReadonlySet<string> = new Set([
  'uri-reference',
  'iri-reference',
  'uri-template',
  'json-pointer',
  'relative-json-pointer',
  'regex',
])
