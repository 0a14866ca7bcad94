import { describe, expect, test } from 'bun:test'
import { gbnfText, jsonSchemaRules } from '@service/chat/policy/json-schema-grammar/json-schema-grammar.ts'
import { acceptsGbnf } from '../../../../../support/gbnf/accepts-gbnf.ts'
import { parseGbnf } from '../../../../../support/gbnf/gbnf-grammar.ts'
import { createGbnfSampler } from '../../../../../support/gbnf/sample-gbnf.ts'
import { JSON_SCHEMAS } from '../../../../../support/json-schemas/all-schemas.ts'
import { createSchemaOracle } from '../../../../../support/json-schemas/schema-oracle.ts'

const SAMPLES = 20

const grammarOf = (schema: Readonly<Record<string, unknown>>) => {
  const { root, rules } = jsonSchemaRules(schema, { prefix: 'value', unsupported: 'refuse' })
  return parseGbnf(gbnfText(root, rules))
}

test('there are two hundred schemas, each by its own name', () => {
  expect(JSON_SCHEMAS.length).toBe(200)
  expect(new Set(JSON_SCHEMAS.map(({ name }) => name)).size).toBe(200)
})

describe('what the grammar of a schema writes is valid, and valid examples can be written', () => {
  for (const [index, { name, schema, examples }] of JSON_SCHEMAS.entries()) {
    test(`schema: ${name}`, () => {
      const grammar = grammarOf(schema)
      const problemOf = createSchemaOracle(schema)
      const sample = createGbnfSampler(grammar, index)
      for (let count = 0; count < SAMPLES; count++) {
        const text = sample()
        expect({ text, problem: problemOf(JSON.parse(text)) }).toEqual({ text, problem: undefined })
      }
      for (const example of examples) {
        expect({ example, problem: problemOf(example) }).toEqual({ example, problem: undefined })
        for (const text of [JSON.stringify(example), JSON.stringify(example, null, 2)])
          expect({ text, isAccepted: acceptsGbnf(grammar, text) }).toEqual({ text, isAccepted: true })
      }
    })
  }
})
