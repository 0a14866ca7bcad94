import { Validator } from '@cfworker/json-schema'
import type { Schema } from '@cfworker/json-schema'
import { Fault } from '@shared/fault/fault.ts'
import type { JsonSchema } from '@shared/inference/generate-request.ts'
import { checkSchemaSize } from '../../policy/json-schema-grammar/check-schema-size.ts'

/** Beyond that many looks at a part of the schema nobody waits for the result. */
const MOST_STEPS = 200_000
const LONGEST_TEXT = 1_000_000
const DEEPEST_VALUE = 64

/** Keywords whose values are maps from names to schemas: names are no keywords. */
const MAPS = new Set(['properties', '$defs', 'definitions', 'dependentSchemas'])
/** Keywords whose values are JSON, not schemas. */
const VALUES = new Set(['enum', 'const', 'default', 'examples', 'required', 'dependentRequired'])
/** Regular expressions of a client would run against texts of a stranger: they can take for ever, so nobody checks them. */
const LOOSENED = new Set(['pattern', 'format', 'patternProperties', 'propertyNames', '$id', 'id'])

/**
 * What is wrong with a text that must be JSON of a schema; undefined: nothing. What other machines write is checked here,
 * for nobody there promises it. Patterns and formats of strings are not looked at.
 * @throws Fault `invalid_request` for a schema that cannot be checked
 */
export const remoteJsonProblem = (text: string, schema: JsonSchema): string | undefined => {
  if (text.length > LONGEST_TEXT) return `longer than ${LONGEST_TEXT} characters`
  const value = parse(text)
  if (value === undefined) return 'no JSON'
  if (isDeep(value.json, DEEPEST_VALUE)) return `nested more than ${DEEPEST_VALUE} levels deep`
  checkSchemaSize(schema)
  try {
    const steps = { left: MOST_STEPS }
    // A copy of a JSON Schema is one.
    const copied = copySchema(schema, steps) as Schema
    return new Validator(copied, '2020-12').validate(value.json).valid ? undefined : 'not of the schema'
  } catch (error) {
    throw new Fault(
      'invalid_request',
      'A schema of this request cannot be checked: it refers to what is not in it, or to itself without end.',
      {
        cause: error,
      },
    )
  }
}

const parse = (text: string): { readonly json: unknown } | undefined => {
  try {
    return { json: JSON.parse(text) }
  } catch {
    return undefined
  }
}

const isDeep = (value: unknown, levels: number): boolean => {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeep(inner, levels - 1))
}

interface Steps {
  left: number
}

/** Without what is loosened, and with a counter that the checker moves: it reads `type` once for each look at a schema. */
const copySchema = (schema: unknown, steps: Steps): unknown => {
  if (Array.isArray(schema)) return schema.map((inner) => copySchema(inner, steps))
  if (typeof schema !== 'object' || schema === null) return schema
  const hasPatterns = 'patternProperties' in schema
  const copy: Record<string, unknown> = Object.create(null)
  for (const [keyword, value] of Object.entries(schema)) {
    if (LOOSENED.has(keyword)) continue
    // What a pattern would have allowed must not be refused.
    if (hasPatterns && (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties')) continue
    copy[keyword] = copyKeyword(keyword, value, steps)
  }
  const { type } = copy
  Object.defineProperty(copy, 'type', {
    enumerable: true,
    get(): unknown {
      steps.left -= 1
      if (steps.left < 0) throw new Error('too many steps')
      return type
    },
  })
  return copy
}

const copyKeyword = (keyword: string, value: unknown, steps: Steps): unknown => {
  if (VALUES.has(keyword)) return value
  if (!MAPS.has(keyword) || typeof value !== 'object' || value === null) return copySchema(value, steps)
  const copy: Record<string, unknown> = Object.create(null)
  for (const [name, inner] of Object.entries(value)) copy[name] = copySchema(inner, steps)
  return copy
}
