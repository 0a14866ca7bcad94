import { expect, test } from 'bun:test'
import {
  anyJsonObjectRules,
  gbnfLiteral,
  gbnfText,
  jsonSchemaRules,
} from '@service/chat/policy/json-schema-grammar/json-schema-grammar.ts'
import { acceptsGbnf } from '../../../../../support/gbnf/accepts-gbnf.ts'
import { parseGbnf } from '../../../../../support/gbnf/gbnf-grammar.ts'

const accepts = (root: string, text: string): boolean =>
  acceptsGbnf(parseGbnf(gbnfText(root, new Map())), text)

test.each([
  '<tool_call>\n{"name": "a"}',
  'tab\t, return\r, back\\slash "quotes"',
  '[x]^-#(){}|*+?',
  'Grüße 😀 日本',
  '\u0001\u007f',
])('a literal matches its text alone: %j', (text) => {
  expect(accepts(gbnfLiteral(text), text)).toBe(true)
  expect(accepts(gbnfLiteral(text), `${text} `)).toBe(false)
  expect(gbnfLiteral(text)).not.toMatch(/[\n\r\t]/)
})

test('half a surrogate pair in a literal becomes what UTF-8 makes of it', () => {
  expect(gbnfLiteral('a\ud83d')).toBe('"a\ufffd"')
})

test('an empty literal is a grammar too', () => {
  expect(accepts(gbnfLiteral(''), '')).toBe(true)
})

test('any object is an object, whatever is in it', () => {
  const { root, rules } = anyJsonObjectRules('any')
  const grammar = parseGbnf(gbnfText(root, rules))
  const value = { a: [1, -2.5e10, 'x"\\\n', null, true, [], {}], b: { c: { d: [{ e: '😀' }] } } }
  for (const text of ['{}', JSON.stringify(value), JSON.stringify(value, null, 2)])
    expect({ text, isAccepted: acceptsGbnf(grammar, text) }).toEqual({ text, isAccepted: true })
  for (const text of [
    '[]',
    '1',
    '{"a":}',
    '{"a":1,}',
    '{a:1}',
    '{"a":01}',
    '{"a":"\n"}',
    `{"a":${'  '}1}`,
    '{"a":1e999}',
  ])
    expect({ text, isAccepted: acceptsGbnf(grammar, text) }).toEqual({ text, isAccepted: false })
})

test('all names begin with the prefix, and grammars of two prefixes share none', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' }, b: { enum: [1] }, c: {} } }
  const [one, other] = ['tool', 'tool-a'].map((prefix) => [
    ...jsonSchemaRules(schema, { prefix, unsupported: 'refuse' }).rules.keys(),
  ])
  for (const name of one ?? []) expect(name).toMatch(/^tool-[a-zA-Z0-9-]+$/)
  expect((one ?? []).filter((name) => other?.includes(name))).toEqual([])
})
