import { listOf, namedSchema as of } from './named-schema.ts'
import type { NamedSchema } from './named-schema.ts'

const a = { type: 'string', maxLength: 8 }

/** How schemas combine and refer to each other. */
export const COMBINED_KEYWORD_SCHEMAS: readonly NamedSchema[] = [
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
      ...JSON.parse('{"then":{"required":["b"]}}'), // an object with `then` looks like a promise
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
