import { listOf, namedSchema as of, openObject, strictObject } from './named-schema.ts'
import type { NamedSchema } from './named-schema.ts'

const a = { type: 'string', maxLength: 8 }

const ARRAYS: readonly NamedSchema[] = [
  of('array', { type: 'array' }, [], [1, 'a', null, {}, []]),
  of(
    'array of integers',
    listOf({ type: 'integer', minimum: 0, maximum: 99 }, { maxItems: 6 }),
    [],
    [1],
    [1, 2, 3, 4, 5, 6],
  ),
  of('array of 2 to 3', listOf(a, { minItems: 2, maxItems: 3 }), ['a', 'b'], ['a', 'b', 'c']),
  of('array of exactly 1', listOf(a, { minItems: 1, maxItems: 1 }), ['a']),
  of('array of nothing', listOf(a, { maxItems: 0 }), []),
  of('array of at least 2', listOf({ type: 'boolean' }, { minItems: 2 }), [true, false], [true, true, true]),
  of(
    'array of arrays',
    listOf(listOf({ enum: [0, 1] }, { minItems: 2, maxItems: 2 }), { maxItems: 3 }),
    [],
    [
      [0, 1],
      [1, 1],
    ],
  ),
  of('array of up to 3000', listOf({ enum: [0, 1] }, { maxItems: 3000 }), [], [0, 1, 1]),
  of('tuple', { type: 'array', prefixItems: [a, { type: 'integer' }], items: false }, ['a', 1]),
  of(
    'tuple with optional items',
    { type: 'array', prefixItems: [a, { type: 'integer' }, { type: 'null' }], items: false, minItems: 1 },
    ['a'],
    ['a', 1],
    ['a', 1, null],
  ),
  of(
    'tuple and more',
    { type: 'array', prefixItems: [a], items: { type: 'boolean' }, maxItems: 4 },
    ['a'],
    ['a', true, false],
  ),
  of('items that do not repeat by number', { type: 'array', items: a, uniqueItems: true, maxItems: 1 }, [
    'a',
  ]),
]

const OBJECTS: readonly NamedSchema[] = [
  of(
    'object with optional properties',
    openObject({ a, b: { type: 'integer' }, c: { type: 'boolean' } }),
    {},
    { a: 'x' },
    { b: 1 },
    { c: true },
    { a: 'x', c: false },
  ),
  of(
    'object with a required property last',
    openObject({ a, b: a, c: a }, 'c'),
    { c: 'x' },
    { a: '1', c: '2' },
    { b: '1', c: '2' },
  ),
  of(
    'object with a required property in the middle',
    openObject({ a, b: a, c: a }, 'b'),
    { b: 'x' },
    { a: '1', b: '2', c: '3' },
  ),
  of(
    'object that requires what it does not name',
    { type: 'object', properties: { a }, required: ['a', 'z'], additionalProperties: { type: 'integer' } },
    { a: 'x', z: 3 },
    { a: '', z: 0, other: 5 },
  ),
  of(
    'map of numbers',
    { type: 'object', additionalProperties: { type: 'number', minimum: 0, maximum: 5 } },
    {},
    { a: 1, bcd: 2.5 },
  ),
  of(
    'open object beside names',
    {
      type: 'object',
      properties: { na: a, name: a, next: { type: 'null' } },
      required: ['name'],
      additionalProperties: { type: 'boolean' },
    },
    { name: 'x' },
    { name: 'x', nam: true, names: false, n: true },
  ),
  of(
    'strange names',
    strictObject({ 'a b': a, 'q"uote': a, 'back\\slash': a, 'líne\n': a, __proto__x: a, '': a }),
    { 'a b': '', 'q"uote': '', 'back\\slash': '', 'líne\n': '', __proto__x: '', '': '' },
  ),
  of('property that may not be', { type: 'object', properties: { a, b: false } }, {}, { a: 'x' }),
  of('properties without a type', { properties: { a }, required: ['a'] }, { a: 'x' }),
  of(
    'counts that say nothing new',
    { ...strictObject({ a, b: a }), minProperties: 2, maxProperties: 2 },
    { a: '', b: '' },
  ),
]

/** What may be said of arrays and objects. */
export const STRUCTURE_KEYWORD_SCHEMAS: readonly NamedSchema[] = [...ARRAYS, ...OBJECTS]
