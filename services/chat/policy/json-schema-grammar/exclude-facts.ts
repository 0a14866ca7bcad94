import { allowsType, typeOf, writtenTypes } from './schema-facts.ts'
import type { AllOf, Facts, JsonType, NumberFacts, ObjectFacts } from './schema-facts.ts'

/** The alternatives of a schema. */
type Expand = (places: AllOf) => readonly Facts[]

/** How deep properties are compared: what tells objects apart is near the top. */
const MAX_DEPTH = 3

/**
 * Whether no value that the grammar writes for `written` satisfies `other`; false where that is not easily seen.
 * The two sides differ: the grammar means an object where only properties are spoken of, while the other schema may
 * still accept a string.
 */
const excludes = (written: Facts, other: Facts, expand: Expand, depth = 0): boolean => {
  const { values } = written
  if (values !== undefined) return [...values].every(([text, value]) => excludesValue(other, text, value))
  return [...writtenTypes(written)].every((type) => {
    if (!couldBe(other, type)) return true
    if (type === 'number' || type === 'integer') return excludesNumber(written.number, other.number)
    return type === 'object' && depth < MAX_DEPTH && excludesObject(written, other, expand, depth)
  })
}

const excludesValue = (other: Facts, text: string, value: unknown): boolean =>
  !allowsType(other.types, typeOf(value)) || (other.values !== undefined && !other.values.has(text))

/** Whether the schema may accept a value of this type; a `number` may also be an integer. */
const couldBe = ({ types, values }: Facts, type: JsonType): boolean => {
  const accepts = (known: ReadonlySet<JsonType> | undefined): boolean =>
    allowsType(known, type) || (type === 'number' && allowsType(known, 'integer'))
  return accepts(types) && (values === undefined || accepts(new Set([...values.values()].map(typeOf))))
}

const excludesNumber = (written: NumberFacts | undefined, other: NumberFacts | undefined): boolean =>
  isBelow(written, other) || isBelow(other, written)

const isBelow = (one: NumberFacts | undefined, other: NumberFacts | undefined): boolean => {
  if (one?.upper === undefined || other?.lower === undefined) return false
  if (one.upper.value !== other.lower.value) return one.upper.value < other.lower.value
  return one.upper.isExclusive || other.lower.isExclusive
}

const excludesObject = (
  { object: written }: Facts,
  { object: other }: Facts,
  expand: Expand,
  depth: number,
): boolean => {
  if (written === undefined || other === undefined) return false
  if ([...other.required].some((name) => !canWrite(written, name))) return true
  return [...written.required].some((name) => {
    const wanted = other.properties.get(name) ?? other.additional
    if (wanted === undefined) return false
    const accepted = expand(wanted)
    return expand(written.properties.get(name) ?? written.additional ?? []).every((one) =>
      accepted.every((two) => excludes(one, two, expand, depth + 1)),
    )
  })
}

/** A closed object, or one that was told so (by `separated`). */
const canWrite = ({ properties, additional = [] }: ObjectFacts, name: string): boolean =>
  (properties.get(name) ?? additional).every(({ schema }) => schema !== false)

/**
 * As much of `written` as satisfies not `other` too, or undefined where that is not easily found: all of it if the two
 * exclude each other, else the objects without a property that `other` requires.
 */
export const separated = (written: Facts, other: Facts, expand: Expand): Facts | undefined => {
  if (excludes(written, other, expand)) return written
  const { object } = written
  const name = [...(other.object?.required ?? [])].find((name) => object?.required.has(name) === false)
  if (object === undefined || name === undefined) return undefined
  const forbidden = [{ pointer: object.pointer, schema: false }]
  const properties = new Map([...object.properties, [name, forbidden] as const])
  const narrowed = { ...written, object: { ...object, properties } }
  return excludes(narrowed, other, expand) ? narrowed : undefined
}
