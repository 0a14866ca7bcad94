import { describe, expect, test } from 'bun:test'
import { gbnfText, jsonSchemaRules } from '@service/chat/policy/json-schema-grammar/json-schema-grammar.ts'
import type { JsonSchema } from '@shared/inference/generate-request.ts'
import { Fault } from '@shared/fault/fault.ts'
import { acceptsGbnf } from '../../../../../support/gbnf/accepts-gbnf.ts'
import { parseGbnf } from '../../../../../support/gbnf/gbnf-grammar.ts'
import type { GbnfGrammar } from '../../../../../support/gbnf/gbnf-grammar.ts'

const faultOf = (schema: unknown, unsupported: 'refuse' | 'loosen' = 'refuse'): Fault => {
  try {
    // Schemas come from the wire: anything may be in their place.
    jsonSchemaRules(schema as JsonSchema, { prefix: 'value', unsupported })
  } catch (fault) {
    if (fault instanceof Fault) return fault
    throw fault
  }
  throw new Error('It was not refused.')
}

const loosened = (schema: JsonSchema): GbnfGrammar => {
  const { root, rules } = jsonSchemaRules(schema, { prefix: 'value', unsupported: 'loosen' })
  return parseGbnf(gbnfText(root, rules))
}

/** Each within `#/properties/a`, with a value that only a loosened grammar accepts. */
const INEXPRESSIBLE: readonly (readonly [keyword: string, schema: JsonSchema, value: unknown])[] = [
  ['not', { type: 'string', not: { const: 'x' } }, 'x'],
  ['if', { type: 'integer', if: { minimum: 5 }, ...JSON.parse('{"then":{"maximum":6}}') }, 7],
  ['contains', { type: 'array', contains: { const: 1 } }, []],
  ['uniqueItems', { type: 'array', items: { type: 'integer' }, uniqueItems: true }, [1, 1]],
  ['unevaluatedItems', { type: 'array', unevaluatedItems: false }, [1]],
  ['minProperties', { type: 'object', minProperties: 1 }, {}],
  ['maxProperties', { type: 'object', maxProperties: 1 }, { a: 1, b: 2 }],
  [
    'patternProperties',
    { type: 'object', patternProperties: { '^x': { type: 'null' } }, additionalProperties: false },
    { x: null },
  ],
  ['propertyNames', { type: 'object', propertyNames: { maxLength: 1 } }, { long: 1 }],
  ['dependentRequired', { type: 'object', dependentRequired: { a: ['b'] } }, { a: 1 }],
  ['dependentSchemas', { type: 'object', dependentSchemas: { a: { required: ['b'] } } }, { a: 1 }],
  ['dependencies', { type: 'object', dependencies: { a: ['b'] } }, { a: 1 }],
  ['unevaluatedProperties', { type: 'object', unevaluatedProperties: false }, { a: 1 }],
  ['multipleOf', { type: 'integer', multipleOf: 5 }, 7],
  ['$ref', { $ref: 'https://example.com/schema.json' }, 'anything'],
  ['$ref', { $ref: '#/$defs/missing' }, 'anything'],
  ['$dynamicRef', { $dynamicRef: '#node' }, 'anything'],
  ['format', { type: 'string', format: 'regex' }, '['],
  ['pattern', { type: 'string', pattern: '^(?!x)' }, 'x'],
  ['pattern', { type: 'string', pattern: '(a)\\1' }, 'b'],
  ['pattern', { type: 'string', pattern: '\\bword\\b' }, 'sword'],
  ['pattern', { type: 'string', pattern: '\\p{L}' }, '1'],
  ['pattern', { type: 'string', pattern: '^a{0,900}a{0,900}b{0,900}$' }, 'c'],
  ['pattern', { type: 'string', pattern: '(' }, ''],
  ['maxLength', { type: 'string', maxLength: 2_000_000 }, 'x'],
  ['oneOf', { oneOf: [{ type: 'integer' }, { type: 'number', maximum: 5 }] }, 3],
  ['enum', { enum: [{ b: 1 }], required: ['c'] }, { b: 1 }],
]

describe.each(INEXPRESSIBLE)('%s in %j', (keyword, schema, value) => {
  const whole = { type: 'object', properties: { a: schema }, required: ['a'] }

  test('is refused by name and place', () => {
    const { code, message, param } = faultOf(whole)
    expect({ code, param }).toEqual({ code: 'invalid_request', param: '#/properties/a' })
    expect(message).toStartWith(`'${keyword}' at '#/properties/a' cannot be guaranteed by a grammar. `)
  })

  test('is dropped where schemas are loosened', () => {
    expect(acceptsGbnf(loosened(whole), JSON.stringify({ a: value }))).toBe(true)
  })
})

test('a loosened schema keeps everything else', () => {
  const grammar = loosened({
    type: 'object',
    properties: {
      a: { type: 'array', items: { type: 'integer', minimum: 3 }, uniqueItems: true, maxItems: 2 },
    },
    required: ['a'],
    minProperties: 4,
    additionalProperties: false,
  })
  expect(acceptsGbnf(grammar, '{"a":[3,3]}')).toBe(true)
  for (const text of ['{}', '{"a":[2]}', '{"a":[3,3,3]}', '{"a":[],"b":1}', '{"a":["3"]}'])
    expect({ text, isAccepted: acceptsGbnf(grammar, text) }).toEqual({ text, isAccepted: false })
})

const WRONG: readonly (readonly [keyword: string, value: unknown])[] = [
  ['type', 5],
  ['type', 'text'],
  ['type', []],
  ['type', ['string', null]],
  ['nullable', 'yes'],
  ['properties', []],
  ['required', 'a'],
  ['required', [1]],
  ['prefixItems', {}],
  ['minItems', -1],
  ['maxItems', '5'],
  ['uniqueItems', 'yes'],
  ['enum', 5],
  ['enum', []],
  ['anyOf', {}],
  ['oneOf', []],
  ['allOf', 'x'],
  ['$ref', 5],
  ['minLength', 1.5],
  ['pattern', 5],
  ['format', {}],
  ['minimum', '5'],
  ['maximum', Number.POSITIVE_INFINITY],
  ['multipleOf', 0],
  ['patternProperties', 1],
]

test.each(WRONG)(
  '%s with the value %j is named with its place, also where schemas are loosened',
  (keyword, value) => {
    const schema = { type: 'object', properties: { 'a/b': { type: ['string', 'object'], [keyword]: value } } }
    for (const unsupported of ['refuse', 'loosen'] as const) {
      const { code, message, param } = faultOf(schema, unsupported)
      expect({ code, param }).toEqual({ code: 'invalid_request', param: '#/properties/a~1b' })
      expect(message).toStartWith(`'${keyword}' at '#/properties/a~1b' must be `)
    }
  },
)

test.each([{ schema: null }, { schema: 5 }, { schema: 'x' }, { schema: [[]] }])(
  '$schema is no schema',
  ({ schema }) => {
    expect(faultOf(schema)).toMatchObject({ code: 'invalid_request', param: '#' })
    const inner = { additionalProperties: schema, type: 'object' }
    expect(faultOf(inner)).toMatchObject({ code: 'invalid_request', param: '#/additionalProperties' })
  },
)
