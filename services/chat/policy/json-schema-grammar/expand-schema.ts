import { Fault } from '@shared/fault/fault.ts'
import { separated } from './exclude-facts.ts'
import { mergeFacts } from './merge-facts.ts'
import { readFacts } from './read-facts.ts'
import { resolveReference } from './resolve-reference.ts'
import type { AllOf, Facts } from './schema-facts.ts'
import { isRecord, schemasIn, textIn } from './schema-place.ts'
import type { ObjectPlace, Place } from './schema-place.ts'
import type { SchemaScope } from './schema-scope.ts'

/** Alternatives that one value may have: each combination of `anyOf` multiplies them. */
const MAX_ALTERNATIVES = 500

/** What is copied as fast as a schema is looked at. */
const COPIED_PER_STEP = 20

/** Places that are being expanded: one within itself never ends. */
type Path = ReadonlySet<string>

/** The alternatives for a value that must satisfy all these schemas; none when no value can. */
export const expandSchemas = (scope: SchemaScope, places: AllOf): readonly Facts[] =>
  places.reduce<readonly Facts[]>(
    (facts, place) => combine(scope, facts, expand(scope, place, new Set()), place),
    [{}],
  )

const expand = (scope: SchemaScope, place: Place, path: Path): readonly Facts[] => {
  scope.step()
  if (place.schema === true) return [{}]
  if (place.schema === false) return []
  if (!isObjectPlace(place)) throw malformed(place, 'must be a schema: an object, or true or false.')
  if (path.has(place.pointer)) throw malformed(place, 'refers to itself, and nothing comes of it.')
  const within = new Set([...path, place.pointer])
  const own = readFacts(scope, place)
  const stated = own.values?.size === 0 ? [] : [own]
  const referred = withReference(scope, place, stated, within)
  const all = (schemasIn(place, 'allOf') ?? []).reduce(
    (facts, part) => combine(scope, facts, expand(scope, part, within), part),
    referred,
  )
  return withAnyOf(scope, place, withOneOf(scope, place, all, within), within)
}

const isObjectPlace = (place: Place): place is ObjectPlace => isRecord(place.schema)

const malformed = ({ pointer }: Place, what: string): Fault =>
  new Fault('invalid_request', `'${pointer}' in the schema ${what}`, { param: pointer })

const withReference = (
  scope: SchemaScope,
  place: ObjectPlace,
  facts: readonly Facts[],
  path: Path,
): readonly Facts[] => {
  const reference = textIn(place, '$ref')
  if (reference === undefined) return facts
  const target = resolveReference(scope.root, reference)
  if (target !== undefined) return combine(scope, facts, expand(scope, target, path), place)
  scope.inexpressible('$ref', place, 'It must point to a place in this schema: #/$defs/name.')
  return facts
}

const withAnyOf = (
  scope: SchemaScope,
  place: ObjectPlace,
  facts: readonly Facts[],
  path: Path,
): readonly Facts[] => {
  const branches = schemasIn(place, 'anyOf')
  if (branches === undefined) return facts
  const alternatives = branches.flatMap((branch) => expand(scope, branch, path))
  return combine(scope, facts, alternatives, place)
}

/** `oneOf` is `anyOf` where no value can satisfy two branches; otherwise the grammar cannot choose. */
const withOneOf = (
  scope: SchemaScope,
  place: ObjectPlace,
  facts: readonly Facts[],
  path: Path,
): readonly Facts[] => {
  const branches = schemasIn(place, 'oneOf')
  if (branches === undefined) return facts
  const groups = branches.map((branch) => combine(scope, facts, expand(scope, branch, path), branch))
  checkAlternatives(groups.flat().length, place)
  const disjoint = groups.map((group) => {
    const others = groups.filter((other) => other !== group).flat()
    return group.map((alternative) => separatedFromAll(scope, alternative, others))
  })
  const found = disjoint.flat().filter((alternative) => alternative !== undefined)
  if (found.length === groups.flat().length) return found
  const reason = "Its schemas may overlap: tell them apart by a required 'const', or use 'anyOf'."
  scope.inexpressible('oneOf', place, reason)
  return groups.flat()
}

const separatedFromAll = (scope: SchemaScope, facts: Facts, others: readonly Facts[]): Facts | undefined => {
  const expandHere = (places: AllOf): readonly Facts[] => expandSchemas(scope, places)
  return others.reduce<Facts | undefined>(
    (narrowed, other) => narrowed && separated(narrowed, other, expandHere),
    facts,
  )
}

/** Every alternative of the one with every alternative of the other, as far as a value can satisfy both. */
const combine = (
  scope: SchemaScope,
  ones: readonly Facts[],
  others: readonly Facts[],
  place: Place,
): readonly Facts[] => {
  checkAlternatives(ones.length * others.length, place)
  scope.step((sizeOf(ones) * others.length + sizeOf(others) * ones.length) / COPIED_PER_STEP)
  return ones.flatMap((one) => others.flatMap((other) => mergeFacts(one, other) ?? []))
}

/** Properties, items and values that are copied when facts are merged. */
const sizeOf = (alternatives: readonly Facts[]): number =>
  alternatives.reduce(
    (sum, { values, array, object }) =>
      sum + (values?.size ?? 0) + (array?.prefix.length ?? 0) + (object?.properties.size ?? 0),
    0,
  )

const checkAlternatives = (count: number, place: Place): void => {
  if (count > MAX_ALTERNATIVES)
    throw malformed(place, `asks for more than ${MAX_ALTERNATIVES} alternatives. Use 'enum' for values.`)
}
