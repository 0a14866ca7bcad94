import { allowsType, factsOf } from './schema-facts.ts'
import type {
  AllOf,
  ArrayFacts,
  Bound,
  Facts,
  JsonType,
  NumberFacts,
  ObjectFacts,
  StatedText,
  StringFacts,
} from './schema-facts.ts'

/** What a value must satisfy to satisfy both; undefined when none can. */
export const mergeFacts = (one: Facts, other: Facts): Facts | undefined => {
  const types = both(one.types, other.types, commonTypes)
  const values = both(one.values, other.values, commonValues)
  if (types?.size === 0 || values?.size === 0) return undefined
  return factsOf({
    types,
    values,
    number: both(one.number, other.number, mergeNumbers),
    string: both(one.string, other.string, mergeStrings),
    array: both(one.array, other.array, mergeArrays),
    object: both(one.object, other.object, mergeObjects),
  })
}

const both = <Fact>(
  one: Fact | undefined,
  other: Fact | undefined,
  merge: (one: Fact, other: Fact) => Fact,
): Fact | undefined => {
  if (one === undefined) return other
  return other === undefined ? one : merge(one, other)
}

const commonTypes = (one: ReadonlySet<JsonType>, other: ReadonlySet<JsonType>): ReadonlySet<JsonType> =>
  new Set([
    ...[...one].filter((type) => allowsType(other, type)),
    ...[...other].filter((type) => allowsType(one, type)),
  ])

const commonValues = (
  one: ReadonlyMap<string, unknown>,
  other: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, unknown> => new Map([...one].filter(([text]) => other.has(text)))

const mergeNumbers = (one: NumberFacts, other: NumberFacts): NumberFacts => ({
  lower: both(one.lower, other.lower, (a, b) => tighter(a, b, a.value > b.value)),
  upper: both(one.upper, other.upper, (a, b) => tighter(a, b, a.value < b.value)),
})

const tighter = (one: Bound, other: Bound, isFirstTighter: boolean): Bound => {
  if (one.value === other.value) return one.isExclusive ? one : other
  return isFirstTighter ? one : other
}

const mergeStrings = (one: StringFacts, other: StringFacts): StringFacts => ({
  minLength: Math.max(one.minLength, other.minLength),
  maxLength: both(one.maxLength, other.maxLength, Math.min),
  patterns: distinct([...one.patterns, ...other.patterns]),
  formats: distinct([...one.formats, ...other.formats]),
  pointer: one.pointer,
})

const distinct = (stated: readonly StatedText[]): readonly StatedText[] => [
  ...new Map(stated.map((each) => [each.text, each])).values(),
]

const mergeArrays = (one: ArrayFacts, other: ArrayFacts): ArrayFacts => {
  const length = Math.max(one.prefix.length, other.prefix.length)
  const at = ({ prefix, rest = [] }: ArrayFacts, index: number): AllOf => prefix[index] ?? rest
  return {
    prefix: Array.from({ length }, (_, index) => [...at(one, index), ...at(other, index)]),
    rest: both(one.rest, other.rest, (a, b) => [...a, ...b]),
    minItems: both(one.minItems, other.minItems, Math.max),
    maxItems: both(one.maxItems, other.maxItems, Math.min),
    pointer: one.pointer,
  }
}

const mergeObjects = (one: ObjectFacts, other: ObjectFacts): ObjectFacts => {
  const named = ({ properties, additional = [] }: ObjectFacts, name: string): AllOf =>
    properties.get(name) ?? additional
  const names = new Set([...one.properties.keys(), ...other.properties.keys()])
  return {
    properties: new Map([...names].map((name) => [name, [...named(one, name), ...named(other, name)]])),
    required: new Set([...one.required, ...other.required]),
    additional: both(one.additional, other.additional, (a, b) => [...a, ...b]),
    pointer: one.pointer,
  }
}
