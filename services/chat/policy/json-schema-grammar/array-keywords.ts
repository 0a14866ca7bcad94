import type { AllOf, ArrayFacts } from './schema-facts.ts'
import { countIn, isRecord, keywordOf, placeIn, schemasIn, wrongValue } from './schema-place.ts'
import type { ObjectPlace } from './schema-place.ts'
import type { SchemaScope } from './schema-scope.ts'

/** More items than that make grammars that llama.cpp refuses. */
const MAX_ITEMS = 1_000_000

export const readArrayFacts = (scope: SchemaScope, place: ObjectPlace): ArrayFacts | undefined => {
  refuseInexpressible(scope, place)
  const minItems = itemsIn(scope, place, 'minItems')
  const maxItems = itemsIn(scope, place, 'maxItems')
  const { prefix, rest } = readItems(place)
  const isStated = minItems !== undefined || maxItems !== undefined || prefix !== undefined
  if (!isStated && rest === undefined) return undefined
  return { prefix: prefix ?? [], rest, minItems, maxItems, pointer: place.pointer }
}

const itemsIn = (scope: SchemaScope, place: ObjectPlace, keyword: string): number | undefined => {
  const items = countIn(place, keyword)
  if (items === undefined || items <= MAX_ITEMS) return items
  scope.inexpressible(keyword, place, `The limit is ${MAX_ITEMS}.`)
  return undefined
}

/** Drafts before 2020 wrote a tuple as a list in `items`, and what follows it in `additionalItems`. */
const readItems = (
  place: ObjectPlace,
): { readonly prefix: readonly AllOf[] | undefined; readonly rest: AllOf | undefined } => {
  const items = keywordOf(place, 'items')
  const [tuple, rest] = Array.isArray(items) ? ['items', 'additionalItems'] : ['prefixItems', 'items']
  const prefix = Array.isArray(items) && items.length === 0 ? [] : schemasIn(place, tuple)
  const after = keywordOf(place, rest)
  return {
    prefix: prefix?.map((item) => [item]),
    rest: after === undefined ? undefined : [placeIn(place.pointer, rest, after)],
  }
}

const refuseInexpressible = (scope: SchemaScope, place: ObjectPlace): void => {
  const isUnique = keywordOf(place, 'uniqueItems')
  if (isUnique !== undefined && typeof isUnique !== 'boolean')
    throw wrongValue(place, 'uniqueItems', 'true or false')
  if (isUnique === true && (countIn(place, 'maxItems') ?? 2) > 1) scope.inexpressible('uniqueItems', place)
  if (keywordOf(place, 'contains') !== undefined) scope.inexpressible('contains', place)
  const unevaluated = keywordOf(place, 'unevaluatedItems')
  if (unevaluated !== undefined && !acceptsAll(unevaluated))
    scope.inexpressible('unevaluatedItems', place, "Use 'items'.")
}

const acceptsAll = (schema: unknown): boolean =>
  schema === true || (isRecord(schema) && Object.keys(schema).length === 0)
