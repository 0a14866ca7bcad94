import type { ObjectFacts } from './schema-facts.ts'
import { countIn, isRecord, keywordOf, namedSchemasIn, placeIn, wrongValue } from './schema-place.ts'
import type { ObjectPlace } from './schema-place.ts'
import type { SchemaScope } from './schema-scope.ts'

const MAX_NAME_LENGTH = 1000

export const readObjectFacts = (scope: SchemaScope, place: ObjectPlace): ObjectFacts | undefined => {
  const properties = namedSchemasIn(place, 'properties')
  const required = readRequired(place)
  for (const name of [...properties.keys(), ...required]) {
    if (name.length > MAX_NAME_LENGTH)
      throw wrongValue(place, 'properties', `named with at most ${MAX_NAME_LENGTH} characters each`)
  }
  const additional = keywordOf(place, 'additionalProperties')
  refuseInexpressible(scope, place, required)
  const isPatterned = refusePatterns(scope, place)
  const stated = ['properties', 'required', 'additionalProperties']
  if (!isPatterned && stated.every((keyword) => keywordOf(place, keyword) === undefined)) return undefined
  const rest =
    additional === undefined ? undefined : [placeIn(place.pointer, 'additionalProperties', additional)]
  return {
    properties: new Map([...properties].map(([name, schema]) => [name, [schema]])),
    required,
    // A name that matches one of the patterns is no additional one: where they are dropped, anything goes.
    additional: isPatterned ? [] : rest,
    pointer: place.pointer,
  }
}

const readRequired = (place: ObjectPlace): ReadonlySet<string> => {
  const names = keywordOf(place, 'required')
  if (names === undefined) return new Set()
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string'))
    throw wrongValue(place, 'required', 'a list of names')
  return new Set(names)
}

const refusePatterns = (scope: SchemaScope, place: ObjectPlace): boolean => {
  if (namedSchemasIn(place, 'patternProperties').size === 0) return false
  scope.inexpressible('patternProperties', place, 'Name the properties.')
  return true
}

/** Those that say nothing beyond the other keywords are fine: a grammar guarantees them by itself. */
const refuseInexpressible = (scope: SchemaScope, place: ObjectPlace, required: ReadonlySet<string>): void => {
  const least = countIn(place, 'minProperties') ?? 0
  if (least > required.size) scope.inexpressible('minProperties', place, "Use 'required'.")
  const most = countIn(place, 'maxProperties')
  if (most !== undefined && most < mostProperties(place)) scope.inexpressible('maxProperties', place)
  for (const [keyword, says] of Object.entries(SAYS_SOMETHING)) {
    const value = keywordOf(place, keyword)
    if (value !== undefined && says(value)) scope.inexpressible(keyword, place)
  }
}

const mostProperties = (place: ObjectPlace): number =>
  keywordOf(place, 'additionalProperties') === false
    ? namedSchemasIn(place, 'properties').size
    : Number.POSITIVE_INFINITY

const isEmptyRecord = (value: unknown): boolean => isRecord(value) && Object.keys(value).length === 0

/** Zod says of every record that its names are strings. */
const acceptsAllNames = (schema: unknown): boolean =>
  schema === true ||
  (isRecord(schema) && Object.entries(schema).every(([name, value]) => name === 'type' && value === 'string'))

const SAYS_SOMETHING: Readonly<Record<string, (value: unknown) => boolean>> = {
  dependentRequired: (value) => !isEmptyRecord(value),
  dependentSchemas: (value) => !isEmptyRecord(value),
  dependencies: (value) => !isEmptyRecord(value),
  propertyNames: (value) => !acceptsAllNames(value),
  unevaluatedProperties: (value) => value !== true && !isEmptyRecord(value),
}
