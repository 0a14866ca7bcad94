import { expect, test } from 'bun:test'
import { gbnfText, jsonSchemaRules } from '@service/chat/policy/json-schema-grammar/json-schema-grammar.ts'
import type { JsonSchema } from '@shared/inference/generate-request.ts'
import { acceptsGbnf } from '../../../../../support/gbnf/accepts-gbnf.ts'
import { parseGbnf } from '../../../../../support/gbnf/gbnf-grammar.ts'
import { createGbnfSampler } from '../../../../../support/gbnf/sample-gbnf.ts'
import { SeededRandom } from '../../../../../support/gguf/seeded-random.ts'

const grammarOf = (schema: JsonSchema) => {
  const { root, rules } = jsonSchemaRules(schema, { prefix: 's', unsupported: 'refuse' })
  return parseGbnf(gbnfText(root, rules))
}

const PATTERNS: readonly string[] = [
  '^[a-c]+$',
  '^a?b*c{2,3}$',
  '^(a|bc|abc)+$',
  '^(a?b?)*c$',
  '^((a+)+b?)+$',
  'ab|^c|a$',
  '^a{0,5}a{0,5}$',
  '^(?:ab|(?<name>c))$',
  '^[^a]b.$',
  '^[\\w-]{1,3}$',
  '^\\d\\D\\s\\S$',
  '^a+?b*?$',
  '^\\x61\\u0062\\u{63}\\.\\/$',
  '^[\\]\\\\"a-]$',
  '^[]$|^[^]$',
  '^(|a)b$',
  '',
  '^$',
  'b{2}',
  '^\\t\\n[\\b]?$',
]

const LETTERS = [...'abc', '-', '.', '/', '"', '\\', ']', ' ', '1', '\n', '\t', '\b', 'é', '😀']

test('a pattern accepts what a regular expression accepts', () => {
  const random = new SeededRandom(4)
  for (const pattern of PATTERNS) {
    const expression = new RegExp(pattern, 'u')
    const grammar = grammarOf({ type: 'string', pattern })
    for (let round = 0; round < 400; round++) {
      const length = Math.floor(random.uniform() * 7)
      const few = random.uniform() < 0.7 ? 3 : LETTERS.length
      const text = Array.from({ length }, () => LETTERS[Math.floor(random.uniform() * few)]).join('')
      expect({ pattern, text, isAccepted: acceptsGbnf(grammar, JSON.stringify(text)) }).toEqual({
        pattern,
        text,
        isAccepted: expression.test(text),
      })
    }
  }
})

test('what a pattern writes matches it, beside lengths, formats and other patterns', () => {
  const schemas: readonly JsonSchema[] = [
    { type: 'string', pattern: '^(ab?)+$', minLength: 3, maxLength: 6 },
    { type: 'string', pattern: '[0-9]', minLength: 2, maxLength: 4 },
    { type: 'string', format: 'date', pattern: '^2024-' },
    { type: 'string', format: 'ipv4', maxLength: 8 },
    { allOf: [{ pattern: 'a' }, { pattern: 'b' }, { pattern: '^.{0,5}$' }], type: 'string' },
  ]
  for (const [index, schema] of schemas.entries()) {
    const sample = createGbnfSampler(grammarOf(schema), index)
    const all = [schema, ...((schema['allOf'] ?? []) as readonly JsonSchema[])]
    for (let count = 0; count < 50; count++) {
      const text: string = JSON.parse(sample())
      for (const { pattern, minLength, maxLength } of all) {
        expect(text).toMatch(new RegExp(String(pattern ?? ''), 'u'))
        const { length } = Array.from(text)
        expect(length).toBeGreaterThanOrEqual(Number(minLength ?? 0))
        expect(length).toBeLessThanOrEqual(Number(maxLength ?? length))
      }
    }
  }
})

test('listed values are those that match', () => {
  const grammar = grammarOf({ enum: ['a1', 'b2', 'c', 5], pattern: '\\d', type: 'string' })
  const accepted = ['"a1"', '"b2"', '"c"', '5'].map((text) => acceptsGbnf(grammar, text))
  expect(accepted).toEqual([true, true, false, false])
})

test.each([
  ['a**', 'quantifier follows another'],
  ['*a', 'has no meaning there'],
  ['a{3,2}', 'out of order'],
  ['a{x}', "'{' must be escaped"],
  ['[z-a]', 'out of order'],
  ['[\\d-z]', 'out of order'],
  ['(a', "A ')' is missing"],
  ['a)', 'is not expected'],
  ['(a$)', 'at the end of the whole'],
  ['(^a)', 'no meaning there'],
  ['a^b', 'no meaning there'],
  ['(?=a)', 'ahead or behind'],
  ['\\', 'ends too early'],
  ['[a', 'ends too early'],
  ['\\k<a>', 'has no grammar'],
  ['\\ud83d', 'number of a character'],
  [`^${'a'.repeat(3000)}$`, 'longer than 2000'],
])('the pattern %s is refused: %s', (pattern, reason) => {
  expect(() => grammarOf({ type: 'string', pattern })).toThrow(reason)
})
