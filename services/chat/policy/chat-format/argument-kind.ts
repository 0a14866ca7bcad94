import type { JsonSchema } from '@shared/inference/generate-request.ts'

const isRecord = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The schemas of an object's properties, by name. */
export const propertiesOf = (schema: JsonSchema): ReadonlyMap<string, JsonSchema> => {
  const properties = resolvedSchema(schema, schema)['properties']
  if (!isRecord(properties)) return new Map()
  return new Map(
    Object.entries(properties).map(([name, property]) => [name, isRecord(property) ? property : {}]),
  )
}

export const requiredOf = (schema: JsonSchema): ReadonlySet<string> => {
  const required = resolvedSchema(schema, schema)['required']
  return new Set(Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [])
}

/** The strings that an argument can be; undefined when it can be any. */
export const choicesOf = (property: JsonSchema, root: JsonSchema): readonly string[] | undefined => {
  const schema = resolvedSchema(property, root)
  const choices = Array.isArray(schema['enum']) ? schema['enum'] : [schema['const']]
  const texts = choices.filter((choice) => typeof choice === 'string')
  return texts.length > 0 && texts.length === choices.length ? texts : undefined
}

/**
 * Whether an argument can only be a string. Forms that give every argument a tag of its own write such as it is, and
 * everything else as JSON.
 */
export const isTextArgument = (property: JsonSchema, root: JsonSchema): boolean => {
  const { type } = resolvedSchema(property, root)
  if (type === undefined) return choicesOf(property, root) !== undefined
  return type === 'string' || (Array.isArray(type) && type.length === 1 && type[0] === 'string')
}

const REFERENCE = /^#\/(\$defs|definitions)\/([^/]+)$/
const MOST_REFERENCES = 16

/** Follows references to the root's definitions; what leads nowhere stays as it is. */
export const resolvedSchema = (schema: JsonSchema, root: JsonSchema): JsonSchema => {
  let current = schema
  for (let step = 0; step < MOST_REFERENCES; step++) {
    const reference = current['$ref']
    const [, group, name] = (typeof reference === 'string' ? REFERENCE.exec(reference) : undefined) ?? []
    if (group === undefined || name === undefined) return current
    const definitions = root[group]
    if (!isRecord(definitions) || !Object.hasOwn(definitions, name)) return current
    const definition = definitions[name]
    if (!isRecord(definition)) return current
    current = definition
  }
  return current
}
