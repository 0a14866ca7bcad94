import type { JsonSchema } from '@shared/inference/generate-request.ts'
import { listOf, openObject, strictObject } from './named-schema.ts'
import type { NamedSchema } from './named-schema.ts'

const a = { type: 'string', maxLength: 8 }

const of = (name: string, schema: JsonSchema, ...examples: readonly unknown[]): NamedSchema => ({
  name,
  schema,
  examples,
})

const SINGLE_VALUES: readonly NamedSchema[] = [
  of('anything', {}, null, 1, 'a', [], {}, { a: [true] }),
  of('a string', { type: 'string' }, '', 'a', '"\\/\b\f\n\r\t', '\u{1f600}', '日本語'),
  of('an integer', { type: 'integer' }, 0, 7, -7, 999999999999999),
  of('a number', { type: 'number' }, 0, -1, 1.5, 1e10, -2.5e-7, 123456.789),
  of('a boolean', { type: 'boolean' }, true, false),
  of('null', { type: 'null' }, null),
  of('several types', { type: ['string', 'integer', 'null'] }, 'a', 1, null),
  of('nullable', { type: 'string', maxLength: 3, nullable: true }, 'abc', null),
  of('a constant', { const: 'yes' }, 'yes'),
  of('a constant object', { const: { b: 1, a: [null, 'x'] } }),
  of('an enum', { enum: ['red', 'red-ish', 'green', 'blue', 're'] }, 'red', 'red-ish', 're', 'blue'),
  of(
    'an enum of all kinds',
    { enum: [1, 10, 100, '1', true, null, [1], -0.5] },
    1,
    10,
    100,
    '1',
    true,
    null,
    [1],
    -0.5,
  ),
  of('an enum cut by its type', { type: 'string', enum: ['a', 1, 'b', null] }, 'a', 'b'),
  of(
    'an enum of strange texts',
    { enum: ['"', '\\', 'a\nb', 'é', '\u{1f600}', '\ud83d', '', '\u0000'] },
    '"',
    '\\',
    'a\nb',
    '\u{1f600}',
  ),
]

const NUMBERS: readonly NamedSchema[] = [
  of('integer from 0 to 9', { type: 'integer', minimum: 0, maximum: 9 }, 0, 9),
  of(
    'integer from 17 to 4321',
    { type: 'integer', minimum: 17, maximum: 4321 },
    17,
    99,
    100,
    999,
    1000,
    4321,
  ),
  of('integer from -20 to 105', { type: 'integer', minimum: -20, maximum: 105 }, -20, -1, 0, 100, 105),
  of('integer from -999 to -18', { type: 'integer', minimum: -999, maximum: -18 }, -999, -18, -100),
  of('integer above 5', { type: 'integer', exclusiveMinimum: 5 }, 6, 10, 123456),
  of('integer below -5', { type: 'integer', exclusiveMaximum: -5 }, -6, -10000),
  of('integer between fractions', { type: 'integer', minimum: 0.5, maximum: 3.5 }, 1, 3),
  of(
    'integer of a safe size',
    { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
    0,
    -42,
  ),
  of('a multiple of one', { type: 'number', multipleOf: 1, minimum: 3 }, 3, 40),
  of('number from 0 to 1', { type: 'number', minimum: 0, maximum: 1 }, 0, 1, 0.5, 0.001),
  of('number between 0 and 1', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, 0.5, 0.999),
  of('number of at least 2.5', { type: 'number', minimum: 2.5 }, 2.5, 2.75, 3, 1000.125),
  of('number of at most -0.25', { type: 'number', maximum: -0.25 }, -0.25, -0.3, -1, -99.5),
  of(
    'number from -1.5 to 12.75',
    { type: 'number', minimum: -1.5, maximum: 12.75 },
    -1.5,
    -0.5,
    0,
    12.75,
    12.7,
    9.99,
  ),
  of('number from 3.14 to 3.15', { type: 'number', minimum: 3.14, maximum: 3.15 }, 3.14, 3.145, 3.15),
  of('number just above 0.1', { type: 'number', exclusiveMinimum: 0.1, maximum: 0.2 }, 0.11, 0.2),
  of('number of a tiny range', { type: 'number', minimum: 1.5e-7, maximum: 3e-7 }),
]

const STRINGS: readonly NamedSchema[] = [
  of(
    'string of at most 5',
    { type: 'string', maxLength: 5 },
    '',
    'abcde',
    '\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}',
    '"\\\n\t\r',
  ),
  of('string of 2 to 4', { type: 'string', minLength: 2, maxLength: 4 }, 'ab', 'abcd'),
  of('string of at least 3', { type: 'string', minLength: 3 }, 'abc', 'abcdefgh'),
  of('string of exactly 1', { type: 'string', minLength: 1, maxLength: 1 }, 'a', '\u{1f600}'),
  of('string of at most 5000', { type: 'string', maxLength: 5000 }, '', 'x'.repeat(1000), 'x'.repeat(2500)),
  of('string of at least 2100', { type: 'string', minLength: 2100, maxLength: 2200 }, 'y'.repeat(2100)),
  of('format date', { type: 'string', format: 'date' }, '2024-02-29', '1900-12-31', '2000-02-29'),
  of('format date-time', { type: 'string', format: 'date-time' }, '2024-02-29T12:00:00Z'),
  of('format time', { type: 'string', format: 'time' }, '12:30:59+01:00'),
  of('format duration', { type: 'string', format: 'duration' }, 'P3Y6M4DT12H30M5S', 'PT0S', 'P4W'),
  of('format email', { type: 'string', format: 'email' }, 'a.b+c@example.com'),
  of('format hostname', { type: 'string', format: 'hostname' }, 'a-b.example.com', 'x'),
  of('format ipv4', { type: 'string', format: 'ipv4' }, '0.0.0.0', '255.255.255.255', '10.0.199.9'),
  of(
    'format ipv6',
    { type: 'string', format: 'ipv6' },
    '::',
    '::1',
    '1:2:3:4:5:6:7:8',
    'fe80::1:2',
    '::ffff:1.2.3.4',
  ),
  of('format uuid', { type: 'string', format: 'uuid' }, '00000000-0000-0000-0000-000000000000'),
  of('format uri', { type: 'string', format: 'uri' }, 'https://example.com/a?b=c'),
  of('a format that is a remark', { type: 'string', format: 'password', maxLength: 6 }, 'secret'),
  of('pattern of digits', { type: 'string', pattern: '^\\d{3}-\\d{4}$' }, '555-1234'),
  of('pattern with alternatives', { type: 'string', pattern: '^(foo|bar|ba[zx]+)$' }, 'foo', 'bazzx'),
  of('pattern in the middle', { type: 'string', pattern: '[0-9]{2}' }, '42', 'ab42cd'),
  of(
    'pattern with lengths',
    { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 5 },
    'ab',
    'abcde',
  ),
  of('pattern of words', { type: 'string', pattern: '^\\w+(\\s\\w+)?$' }, 'one', 'one two'),
  of('pattern with escapes', { type: 'string', pattern: '^["\\\\\\n\\t]{1,3}\\/\\.$' }, '"\\\n/.', '\t/.'),
  of('pattern of others', { type: 'string', pattern: '^[^a-z\\s]{1,4}$' }, 'AB1!', '日'),
  of(
    'pattern with optional parts',
    { type: 'string', pattern: '^v?(0|[1-9]\\d{0,2})(\\.\\d{1,2}){0,2}(-rc\\.\\d)?$' },
    'v1.2.3',
    '0',
    '10.20-rc.1',
  ),
  of('pattern of two anchors', { type: 'string', pattern: '^a|b$' }, 'abc', 'xxb'),
  of(
    'pattern of a character class',
    { type: 'string', pattern: '^[\\x41-\\x43\\u0061\\u{1F600}-\\u{1F602}]{2}$' },
    'Aa',
    'B\u{1f601}',
  ),
]

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

const COMBINED: readonly NamedSchema[] = [
  of(
    'any of',
    { anyOf: [{ type: 'integer', minimum: 0 }, { type: 'string', maxLength: 3 }, { type: 'null' }] },
    5,
    'abc',
    null,
  ),
  of(
    'one of by type',
    {
      oneOf: [
        { type: 'integer', minimum: 0 },
        { type: 'string', maxLength: 3 },
        { type: 'array', items: a, maxItems: 1 },
      ],
    },
    5,
    'abc',
    ['x'],
  ),
  of(
    'one of by range',
    { type: 'integer', oneOf: [{ maximum: 5 }, { minimum: 10, maximum: 20 }] },
    3,
    -100,
    10,
    20,
  ),
  of(
    'one of by values',
    { oneOf: [{ const: 'a', title: 'A' }, { const: 'b', title: 'B' }, { enum: ['c', 'd'] }] },
    'a',
    'b',
    'd',
  ),
  of(
    'one of by required properties',
    {
      type: 'object',
      properties: { id: { type: 'integer' }, name: a },
      oneOf: [{ required: ['id'] }, { required: ['name'] }],
    },
    { id: 1 },
    { name: 'x' },
  ),
  of(
    'all of',
    {
      allOf: [
        { type: 'object', properties: { a }, required: ['a'] },
        { properties: { b: { type: 'integer' } }, required: ['b'] },
      ],
    },
    { a: 'x', b: 1 },
  ),
  of(
    'all of with ranges',
    {
      allOf: [
        { type: 'number' },
        { type: 'integer' },
        { minimum: 3 },
        { maximum: 12 },
        { exclusiveMinimum: 3 },
      ],
    },
    4,
    12,
  ),
  of(
    'all of with properties in common',
    {
      allOf: [
        { type: 'object', properties: { a: { type: 'integer', minimum: 5 } }, required: ['a'] },
        { properties: { a: { maximum: 8 } } },
      ],
    },
    { a: 5 },
    { a: 8 },
  ),
  of(
    'all of any of',
    {
      allOf: [
        { anyOf: [{ type: 'string' }, { type: 'integer' }] },
        { anyOf: [{ type: 'integer' }, { type: 'null' }] },
      ],
      maximum: 50,
    },
    50,
    -3,
  ),
  of(
    'any of beside properties',
    {
      type: 'object',
      properties: { kind: a },
      required: ['kind'],
      anyOf: [
        { properties: { x: { type: 'integer' } }, required: ['x'] },
        { properties: { y: { type: 'boolean' } }, required: ['y'] },
      ],
    },
    { kind: 'k', x: 1 },
    { kind: 'k', y: true },
  ),
  of(
    'recursion by the root',
    { type: 'object', properties: { value: { type: 'integer' }, next: { $ref: '#' } }, required: ['value'] },
    { value: 1 },
    { value: 1, next: { value: 2 } },
  ),
  of(
    'recursion by definitions',
    {
      $ref: '#/definitions/tree',
      definitions: {
        tree: {
          type: 'object',
          properties: { label: a, branches: listOf({ $ref: '#/definitions/tree' }, { maxItems: 2 }) },
          required: ['label'],
        },
      },
    },
    { label: 'x' },
    { label: 'x', branches: [{ label: 'y', branches: [] }] },
  ),
  of(
    'mutual recursion',
    {
      $ref: '#/$defs/even',
      $defs: {
        even: { type: 'array', items: { $ref: '#/$defs/odd' }, maxItems: 2 },
        odd: {
          type: 'object',
          properties: { e: { $ref: '#/$defs/even' } },
          required: ['e'],
          additionalProperties: false,
        },
      },
    },
    [],
    [{ e: [] }, { e: [{ e: [] }] }],
  ),
  of(
    'reference to any place',
    {
      type: 'object',
      properties: {
        from: { type: 'string', pattern: '^[a-z]{1,3}$' },
        to: { $ref: '#/properties/from' },
        'a/b~c': { type: 'integer' },
        same: { $ref: '#/properties/a~1b~0c' },
      },
      required: ['from', 'to', 'same'],
    },
    { from: 'abc', to: 'x', same: 5 },
  ),
  of(
    'reference with siblings',
    {
      $defs: { name: { type: 'string', maxLength: 20 } },
      type: 'object',
      properties: { short: { $ref: '#/$defs/name', maxLength: 4 } },
      required: ['short'],
    },
    { short: 'abcd' },
  ),
  of(
    'remarks are no rules',
    {
      $comment: 'x',
      title: 't',
      description: 'd',
      default: 5,
      examples: [1],
      deprecated: true,
      readOnly: true,
      'x-own': { not: 1 },
      type: 'integer',
      minimum: 1,
      maximum: 3,
    },
    1,
    3,
  ),
  of(
    'keywords without effect',
    {
      type: 'object',
      properties: { a },
      then: { required: ['b'] },
      minContains: 3,
      uniqueItems: false,
      patternProperties: {},
      dependentRequired: {},
      minLength: 5,
      unevaluatedProperties: true,
    },
    {},
    { a: 'x' },
  ),
]

/** Each keyword by itself, and where keywords meet. */
export const KEYWORD_SCHEMAS: readonly NamedSchema[] = [
  ...SINGLE_VALUES,
  ...NUMBERS,
  ...STRINGS,
  ...ARRAYS,
  ...OBJECTS,
  ...COMBINED,
]
