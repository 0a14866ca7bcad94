import type { Place } from './schema-place.ts'

export const JSON_TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'] as const

export type JsonType = (typeof JSON_TYPES)[number]

/** The text of a keyword, and the place of the schema that it is in. */
export interface StatedText {
  readonly text: string
  readonly pointer: string
}

export interface StringFacts {
  readonly minLength: number
  readonly maxLength: number | undefined
  readonly patterns: readonly StatedText[]
  /** Only those that have a grammar. */
  readonly formats: readonly StatedText[]
  /** Where the first of them is written. */
  readonly pointer: string
}

export interface Bound {
  readonly value: number
  readonly isExclusive: boolean
  readonly pointer: string
}

export interface NumberFacts {
  readonly lower: Bound | undefined
  readonly upper: Bound | undefined
}

/** Schemas that a value must all satisfy; none: any value does. */
export type AllOf = readonly Place[]

export interface ArrayFacts {
  readonly prefix: readonly AllOf[]
  /** What follows the prefix; absent: nothing was said of it. */
  readonly rest: AllOf | undefined
  /** Absent: nothing was said of it. */
  readonly minItems: number | undefined
  readonly maxItems: number | undefined
  readonly pointer: string
}

export interface ObjectFacts {
  readonly properties: ReadonlyMap<string, AllOf>
  readonly required: ReadonlySet<string>
  /** What properties by other names are; absent: nothing was said of them. */
  readonly additional: AllOf | undefined
  readonly pointer: string
}

/**
 * A schema without its references and combinations: everything it says about a value. What is absent was not said.
 * A schema with combinations is a list of such facts, of which a value must satisfy one.
 */
export interface Facts {
  readonly types?: ReadonlySet<JsonType>
  /** The only possible values, by `canonicalJson`. */
  readonly values?: ReadonlyMap<string, unknown>
  readonly number?: NumberFacts
  readonly string?: StringFacts
  readonly array?: ArrayFacts
  readonly object?: ObjectFacts
}

/** Facts without what was not said. */
export const factsOf = (said: { readonly [Kind in keyof Facts]: Facts[Kind] | undefined }): Facts =>
  // The entries that are left are those of `said`, with their types.
  Object.fromEntries(Object.entries(said).filter(([, fact]) => fact !== undefined)) as Facts

/** The type of a value, the narrowest. */
export const typeOf = (value: unknown): JsonType => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  if (typeof value === 'string') return 'string'
  return typeof value === 'boolean' ? 'boolean' : 'object'
}

/** An integer is a number too. */
export const allowsType = (types: ReadonlySet<JsonType> | undefined, type: JsonType): boolean =>
  types === undefined || types.has(type) || (type === 'integer' && types.has('number'))

/**
 * The types of the values that the grammar writes. Who says nothing of the type but speaks of properties means an object,
 * although strictly every string would do too.
 */
export const writtenTypes = (facts: Facts): ReadonlySet<JsonType> => {
  if (facts.types !== undefined) return facts.types
  if (facts.values !== undefined) return new Set([...facts.values.values()].map(typeOf))
  const meant = new Set<JsonType>()
  if (facts.object !== undefined) meant.add('object')
  if (facts.array !== undefined) meant.add('array')
  if (facts.string !== undefined) meant.add('string')
  if (facts.number !== undefined) meant.add('number')
  return meant.size === 0 ? ANY_TYPE : meant
}

const ANY_TYPE: ReadonlySet<JsonType> = new Set<JsonType>([
  'null',
  'boolean',
  'number',
  'string',
  'array',
  'object',
])
