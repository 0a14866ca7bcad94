import type { JsonSchema } from '@shared/inference/generate-request.ts'

/** A schema that people send, and values that a model must be able to write for it. */
export interface NamedSchema {
  readonly name: string
  readonly schema: JsonSchema
  /** Valid values, their properties in the order of the schema. */
  readonly examples: readonly unknown[]
}

/** An object that has all these properties and no others, as OpenAI's strict schemas are. */
export const strictObject = (properties: Readonly<Record<string, unknown>>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

/** An object with optional properties. */
export const openObject = (
  properties: Readonly<Record<string, unknown>>,
  ...required: readonly string[]
): JsonSchema => ({ type: 'object', properties, ...(required.length === 0 ? {} : { required }) })

export const text = (description: string): JsonSchema => ({ type: 'string', description })

export const oneOfThese = (...values: readonly unknown[]): JsonSchema => ({ type: 'string', enum: values })

export const listOf = (items: unknown, bounds: JsonSchema = {}): JsonSchema => ({
  type: 'array',
  items,
  ...bounds,
})

export const namedSchema = (
  name: string,
  schema: JsonSchema,
  ...examples: readonly unknown[]
): NamedSchema => ({ name, schema, examples })
