import { canonicalJson } from './canonical-json.ts'
import { readArrayFacts } from './array-keywords.ts'
import { readNumberFacts } from './number-keywords.ts'
import { readObjectFacts } from './object-keywords.ts'
import { factsOf, JSON_TYPES } from './schema-facts.ts'
import type { Facts, JsonType } from './schema-facts.ts'
import { keywordOf, wrongValue } from './schema-place.ts'
import type { ObjectPlace } from './schema-place.ts'
import type { SchemaScope } from './schema-scope.ts'
import { readStringFacts } from './string-keywords.ts'

/** What a schema says in its own keywords: without those that refer or combine, which are the caller's. */
export const readFacts = (scope: SchemaScope, place: ObjectPlace): Facts => {
  refuseInexpressible(scope, place)
  const stated = readTypes(place)
  const { facts: number, isInteger } = readNumberFacts(scope, place)
  return factsOf({
    types: isInteger ? withoutFractions(stated) : stated,
    values: readValues(place),
    number,
    string: readStringFacts(scope, place),
    array: readArrayFacts(scope, place),
    object: readObjectFacts(scope, place),
  })
}

/** Keywords that speak of all kinds of values and that no grammar can guarantee. */
const refuseInexpressible = (scope: SchemaScope, place: ObjectPlace): void => {
  for (const keyword of ['not', '$dynamicRef', '$recursiveRef']) {
    if (keywordOf(place, keyword) !== undefined) scope.inexpressible(keyword, place)
  }
  const isConditional = ['then', 'else'].some((keyword) => keywordOf(place, keyword) !== undefined)
  if (isConditional && keywordOf(place, 'if') !== undefined)
    scope.inexpressible('if', place, "Use 'anyOf' with one schema for each case.")
}

const isJsonType = (value: unknown): value is JsonType => JSON_TYPES.some((type) => type === value)

/** `nullable` is OpenAPI's, and speaks of the `type` beside it. */
const readTypes = (place: ObjectPlace): ReadonlySet<JsonType> | undefined => {
  const stated = keywordOf(place, 'type')
  if (stated === undefined) return undefined
  const types: readonly unknown[] = Array.isArray(stated) ? stated : [stated]
  const known = types.filter(isJsonType)
  if (types.length === 0 || known.length < types.length)
    throw wrongValue(place, 'type', `one or more of ${JSON_TYPES.join(', ')}`)
  const isNullable = keywordOf(place, 'nullable') ?? false
  if (typeof isNullable !== 'boolean') throw wrongValue(place, 'nullable', 'true or false')
  return new Set(isNullable ? [...known, 'null'] : known)
}

/** A number with `multipleOf: 1`. */
const withoutFractions = (types: ReadonlySet<JsonType> | undefined): ReadonlySet<JsonType> =>
  types === undefined
    ? new Set(JSON_TYPES.filter((type) => type !== 'number'))
    : new Set([...types].map((type) => (type === 'number' ? 'integer' : type)))

const readValues = (place: ObjectPlace): ReadonlyMap<string, unknown> | undefined => {
  const list = keywordOf(place, 'enum')
  if (list !== undefined && (!Array.isArray(list) || list.length === 0))
    throw wrongValue(place, 'enum', 'a list of at least one value')
  const listed = list?.map((value: unknown) => [canonicalJson(place, value), value] as const)
  if (!Object.hasOwn(place.schema, 'const')) return listed && new Map(listed)
  const only = place.schema['const']
  const text = canonicalJson(place, only)
  const isListed = listed === undefined || listed.some(([other]) => other === text)
  return new Map(isListed ? [[text, only]] : [])
}
