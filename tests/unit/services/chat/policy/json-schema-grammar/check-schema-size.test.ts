import { expect, test } from 'bun:test'
import { checkGbnf } from '@service/chat/policy/check-gbnf.ts'
import { gbnfText, jsonSchemaRules } from '@service/chat/policy/json-schema-grammar/json-schema-grammar.ts'
import type { JsonSchema } from '@shared/inference/generate-request.ts'
import { Fault } from '@shared/fault/fault.ts'
import { acceptsGbnf } from '../../../../../support/gbnf/accepts-gbnf.ts'
import { parseGbnf } from '../../../../../support/gbnf/gbnf-grammar.ts'

/** What becomes of a schema: a grammar or a Fault, in any case soon. */
const outcomeOf = (schema: JsonSchema): string => {
  const startedAt = performance.now()
  try {
    const { root, rules } = jsonSchemaRules(schema, { prefix: 'value', unsupported: 'refuse' })
    const text = gbnfText(root, rules)
    expect(text.length).toBeLessThan(1_500_000)
    // What any client's grammar has to pass before an engine gets it.
    checkGbnf(text)
    return 'a grammar'
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault
    expect(fault.code).toBe('invalid_request')
    return fault.message
  } finally {
    expect(performance.now() - startedAt).toBeLessThan(5000)
  }
}

const properties = (count: number): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`property_${index}`, { type: 'string' }]))

const nested = (depth: number, wrap: (inner: JsonSchema) => JsonSchema): JsonSchema => {
  let schema: JsonSchema = { type: 'string' }
  for (let level = 0; level < depth; level++) schema = wrap(schema)
  return schema
}

test('depth is refused, however the schema is nested', () => {
  const deep = 'The schema is nested deeper than 128 levels. Make it smaller.'
  expect(outcomeOf(nested(50_000, (items) => ({ items })))).toBe(deep)
  expect(outcomeOf(nested(50_000, (inner) => ({ anyOf: [inner] })))).toBe(deep)
  expect(outcomeOf({ const: nested(50_000, (a) => ({ a })) })).toBe(deep)
  expect(outcomeOf(nested(50, (a) => ({ type: 'object', properties: { a } })))).toBe('a grammar')
})

test('ten thousand properties are possible, if they are required', () => {
  const many = properties(10_000)
  expect(outcomeOf({ type: 'object', properties: many, required: Object.keys(many) })).toBe('a grammar')
  expect(outcomeOf({ type: 'object', properties: many })).toContain('more than 200 optional properties')
  expect(outcomeOf({ type: 'object', properties: { ['x'.repeat(5000)]: {} } })).toContain('1000 characters')
})

test('long enums are possible, longer ones are refused', () => {
  const values = (count: number): JsonSchema => ({
    enum: Array.from({ length: count }, (_, index) => Math.sin(index).toString(36)),
  })
  expect(outcomeOf(values(20_000))).toBe('a grammar')
  const beginnings = Array.from({ length: 1400 }, (_, index) => 'a'.repeat(index))
  expect(outcomeOf({ enum: beginnings })).toBe('a grammar')
  expect(outcomeOf(values(100_000))).toBe('The schema is longer than 1000000 characters. Make it smaller.')
  expect(outcomeOf({ enum: Array.from({ length: 200_000 }, (_, index) => index) })).toContain(
    'more than 200000',
  )
})

test('references that lead to themselves are refused', () => {
  const endless = 'in the schema refers to itself, and nothing comes of it.'
  expect(outcomeOf({ $ref: '#' })).toBe(`'#' ${endless}`)
  const $defs = { a: { $ref: '#/$defs/b' }, b: { anyOf: [{ $ref: '#/$defs/a' }, { type: 'null' }] } }
  expect(outcomeOf({ $ref: '#/$defs/a', $defs })).toBe(`'#/$defs/a' ${endless}`)
})

test('references that multiply are refused', () => {
  const $defs = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => {
      const next = { $ref: `#/$defs/d${index + 1}` }
      return [`d${index}`, index === 39 ? { type: 'null' } : { allOf: [next, next] }]
    }),
  )
  expect(outcomeOf({ $ref: '#/$defs/d0', $defs })).toBe('The schema is too complex: its references multiply.')
  const branch = { anyOf: [{ minimum: 1 }, { maximum: 2 }, { type: 'string' }] }
  expect(outcomeOf({ allOf: Array.from({ length: 10 }, () => branch) })).toContain(
    'more than 500 alternatives',
  )
  const wide = {
    properties: properties(10_000),
    anyOf: Array.from({ length: 400 }, () => ({ required: ['a'] })),
  }
  expect(outcomeOf(wide)).toBe('The schema is too complex: its references multiply.')
})

test('a schema without a finite value is refused', () => {
  const nothing = 'No value can satisfy the schema.'
  expect(outcomeOf({ type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] })).toBe(nothing)
  expect(outcomeOf({ type: 'array', items: { $ref: '#' }, minItems: 1 })).toBe(nothing)
  expect(outcomeOf({ type: 'integer', minimum: 5, maximum: 4 })).toBe(nothing)
  expect(outcomeOf({ type: 'string', enum: [1, 2] })).toBe(nothing)
  expect(outcomeOf({ type: 'string', pattern: '^a$', minLength: 2 })).toBe(nothing)
  expect(outcomeOf({ allOf: [{ type: 'string' }, { type: 'null' }] })).toBe(nothing)
})

test('repetitions within repetitions cost the engine nothing, or are refused', () => {
  const loops = `^${'('.repeat(30)}a*${')*'.repeat(30)}$`
  expect(outcomeOf({ type: 'string', pattern: loops })).toBe('a grammar')
  expect(outcomeOf({ type: 'string', pattern: `^${'a?'.repeat(400)}$`, minLength: 3 })).toBe('a grammar')
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`p${index}`, {}]))
  expect(outcomeOf({ type: 'object', properties: many, additionalProperties: true })).toBe('a grammar')
  expect(outcomeOf({ type: 'string', minLength: 123_456, maxLength: 654_321 })).toBe('a grammar')
  const counted = `^${'('.repeat(30)}a${'){1,9}'.repeat(30)}$`
  expect(outcomeOf({ type: 'string', pattern: counted })).toContain('are too large')
  expect(outcomeOf({ type: 'string', pattern: `^${'('.repeat(900)}a${')'.repeat(900)}$` })).toContain(
    'nested',
  )
})

test('names that objects inherit are names like others', () => {
  const schema: JsonSchema = JSON.parse(
    '{"type":"object","properties":{"__proto__":{"const":1},"constructor":{"$ref":"#/properties/__proto__"}},"required":["__proto__","toString"]}',
  )
  const { root, rules } = jsonSchemaRules(schema, { prefix: 'value', unsupported: 'refuse' })
  const grammar = parseGbnf(gbnfText(root, rules))
  expect(acceptsGbnf(grammar, '{"__proto__":1,"constructor":1,"toString":null}')).toBe(true)
  expect(acceptsGbnf(grammar, '{"__proto__":2,"toString":null}')).toBe(false)
  expect(acceptsGbnf(grammar, '{"__proto__":1}')).toBe(false)
  for (const $ref of ['#/__proto__', '#/constructor', '#/toString/name'])
    expect(outcomeOf(JSON.parse(JSON.stringify({ $ref })))).toContain("'$ref' at '#'")
})

test('half surrogate pairs are written as escapes', () => {
  const schema: JsonSchema = { enum: ['\ud800', { '\udc00': 'a\ud83d' }] }
  const { root, rules } = jsonSchemaRules(schema, { prefix: 'value', unsupported: 'refuse' })
  const text = gbnfText(root, rules)
  expect(text.isWellFormed()).toBe(true)
  expect(acceptsGbnf(parseGbnf(text), String.raw`"\ud800"`)).toBe(true)
  expect(acceptsGbnf(parseGbnf(text), String.raw`{"\udc00":"a\ud83d"}`)).toBe(true)
})
