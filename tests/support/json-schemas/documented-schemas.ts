import { listOf, oneOfThese, strictObject, text } from './named-schema.ts'
import type { NamedSchema } from './named-schema.ts'

/** After the examples in OpenAI's guide to structured outputs, and what SDKs make of their users' models. */
export const DOCUMENTED_SCHEMAS: readonly NamedSchema[] = [
  {
    name: 'calendar event',
    schema: strictObject({
      name: { type: 'string' },
      date: { type: 'string' },
      participants: listOf({ type: 'string' }),
    }),
    examples: [
      { name: 'Science fair', date: 'Friday', participants: ['Alice', 'Bob'] },
      { name: '', date: '', participants: [] },
    ],
  },
  {
    name: 'math reasoning',
    schema: strictObject({
      steps: listOf(strictObject({ explanation: { type: 'string' }, output: { type: 'string' } })),
      final_answer: { type: 'string' },
    }),
    examples: [
      { steps: [{ explanation: 'Subtract 7.', output: '8x = -30' }], final_answer: 'x = -15/4' },
      { steps: [], final_answer: '"quoted" \\ and\nbroken' },
    ],
  },
  {
    name: 'research paper',
    schema: strictObject({
      title: { type: 'string' },
      authors: listOf({ type: 'string' }),
      abstract: { type: 'string' },
      keywords: listOf({ type: 'string' }),
    }),
    examples: [{ title: 'Grüße', authors: ['日本'], abstract: 'a'.repeat(300), keywords: [] }],
  },
  {
    name: 'user interface',
    schema: {
      name: 'ui',
      ...strictObject({
        type: oneOfThese('div', 'button', 'header', 'section', 'field', 'form'),
        label: text('The label of the component, used for buttons or form fields'),
        children: listOf({ $ref: '#' }),
        attributes: listOf(strictObject({ name: text('onClick, className'), value: { type: 'string' } })),
      }),
    },
    examples: [
      {
        type: 'form',
        label: 'Profile',
        children: [{ type: 'button', label: 'Go', children: [], attributes: [] }],
        attributes: [{ name: 'id', value: 'main' }],
      },
    ],
  },
  {
    name: 'moderation',
    schema: strictObject({
      is_violating: { type: 'boolean', description: 'Whether the content breaks the rules' },
      category: { type: ['string', 'null'], enum: ['violence', 'sexual', 'self_harm', null] },
      explanation_if_violating: { type: ['string', 'null'] },
    }),
    examples: [
      { is_violating: true, category: 'violence', explanation_if_violating: 'It says so.' },
      { is_violating: false, category: null, explanation_if_violating: null },
    ],
  },
  {
    name: 'linked list',
    schema: {
      ...strictObject({ linked_list: { $ref: '#/$defs/linked_list_node' } }),
      $defs: {
        linked_list_node: strictObject({
          value: { type: 'number' },
          next: { anyOf: [{ $ref: '#/$defs/linked_list_node' }, { type: 'null' }] },
        }),
      },
    },
    examples: [
      { linked_list: { value: 1, next: null } },
      { linked_list: { value: -1.5, next: { value: 2e10, next: { value: 0, next: null } } } },
    ],
  },
  {
    name: 'definitions',
    schema: {
      ...strictObject({ steps: listOf({ $ref: '#/$defs/step' }), final_answer: { type: 'string' } }),
      $defs: { step: strictObject({ explanation: { type: 'string' }, output: { type: 'string' } }) },
    },
    examples: [{ steps: [{ explanation: 'a', output: 'b' }], final_answer: 'c' }],
  },
  {
    name: 'user or address',
    schema: strictObject({
      item: {
        anyOf: [
          {
            description: 'The user to insert',
            ...strictObject({ name: { type: 'string' }, age: { type: 'number' } }),
          },
          {
            description: 'The address to insert',
            ...strictObject({
              number: text('The number of the address: 123 for 123 Main St'),
              street: { type: 'string' },
              city: { type: 'string' },
            }),
          },
        ],
      },
    }),
    examples: [
      { item: { name: 'Ada', age: 36 } },
      { item: { number: '1', street: 'Main St', city: 'Bern' } },
    ],
  },
  {
    name: 'string properties',
    schema: strictObject({
      name: { type: 'string' },
      username: { type: 'string', pattern: '^[a-zA-Z0-9_]+$' },
      email: { type: 'string', format: 'email' },
    }),
    examples: [{ name: 'Ada L.', username: 'ada_1815', email: 'ada.lovelace@maths.example.org' }],
  },
  {
    name: 'number properties',
    schema: strictObject({
      location: { type: 'string' },
      temperature: { type: 'number', minimum: -130, maximum: 130 },
    }),
    examples: [
      { location: 'Oymyakon', temperature: -67.7 },
      { location: 'Lut', temperature: 80 },
      { location: 'edges', temperature: -130 },
      { location: 'edges', temperature: 130 },
    ],
  },
  {
    name: 'pydantic model with references beside descriptions',
    schema: {
      $defs: {
        Color: { enum: ['red', 'green', 'blue'], title: 'Color', type: 'string' },
        Size: { enum: [1, 2, 3], title: 'Size', type: 'integer' },
      },
      title: 'Shirt',
      type: 'object',
      properties: {
        color: { allOf: [{ $ref: '#/$defs/Color' }], default: 'red', description: 'What it looks like' },
        size: { $ref: '#/$defs/Size', description: 'How it fits' },
        note: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null, title: 'Note' },
      },
      required: ['size'],
    },
    examples: [{ size: 2 }, { color: 'blue', size: 1, note: null }, { color: 'red', size: 3, note: 'x' }],
  },
  {
    name: 'zod object',
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        id: { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
        kind: { type: 'string', const: 'zod' },
        scores: {
          type: 'object',
          propertyNames: { type: 'string' },
          additionalProperties: { type: 'number' },
        },
        pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'boolean' }] },
      },
      required: ['id', 'kind', 'scores', 'pair'],
      additionalProperties: false,
    },
    examples: [
      { id: -7, kind: 'zod', scores: { maths: 1.5, art: -2 }, pair: ['a', true] },
      { id: 123456789012345, kind: 'zod', scores: {}, pair: ['', false] },
    ],
  },
  {
    name: 'discriminated union of typescript',
    schema: {
      oneOf: [
        strictObject({ type: { const: 'circle' }, radius: { type: 'number', exclusiveMinimum: 0 } }),
        strictObject({
          type: { const: 'rectangle' },
          width: { type: 'number', exclusiveMinimum: 0 },
          height: { type: 'number', exclusiveMinimum: 0 },
        }),
        strictObject({ type: { enum: ['point', 'nothing'] } }),
      ],
    },
    examples: [
      { type: 'circle', radius: 0.25 },
      { type: 'rectangle', width: 12, height: 0.001 },
      { type: 'nothing' },
    ],
  },
  {
    name: 'entity extraction',
    schema: strictObject({
      entities: listOf(
        strictObject({
          text: { type: 'string', minLength: 1 },
          kind: oneOfThese('person', 'place', 'organisation', 'date', 'other'),
          confidence: { type: 'number', minimum: 0, maximum: 1 },
          span: listOf({ type: 'integer', minimum: 0 }, { minItems: 2, maxItems: 2 }),
        }),
        { maxItems: 20 },
      ),
    }),
    examples: [
      { entities: [] },
      { entities: [{ text: 'Ada', kind: 'person', confidence: 0.97, span: [0, 3] }] },
      { entities: [{ text: 'x', kind: 'other', confidence: 1, span: [10, 11] }] },
    ],
  },
  {
    name: 'sentiment',
    schema: strictObject({
      sentiment: oneOfThese('positive', 'neutral', 'negative'),
      score: { type: 'integer', minimum: 1, maximum: 10 },
    }),
    examples: [
      { sentiment: 'neutral', score: 10 },
      { sentiment: 'negative', score: 1 },
    ],
  },
]
