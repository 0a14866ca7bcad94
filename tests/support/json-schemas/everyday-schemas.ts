import { listOf, oneOfThese, openObject, strictObject } from './named-schema.ts'
import type { NamedSchema } from './named-schema.ts'

const ADDRESS = strictObject({
  street: { type: 'string', minLength: 1, maxLength: 80 },
  postal_code: { type: 'string', pattern: '^[0-9]{4,5}$' },
  city: { type: 'string', maxLength: 40 },
  country: { type: 'string', pattern: '^[A-Z]{2}$' },
})

const address = { street: 'Main St 1', postal_code: '8001', city: 'Zürich', country: 'CH' }

/** What applications ask for: documents, records, trees. */
export const EVERYDAY_SCHEMAS: readonly NamedSchema[] = [
  {
    name: 'invoice',
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'https://example.com/invoice.json',
      title: 'Invoice',
      ...strictObject({
        number: { type: 'string', pattern: '^INV-\\d{4}-\\d{6}$' },
        issued: { type: 'string', format: 'date' },
        due: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] },
        currency: oneOfThese('EUR', 'USD', 'CHF', 'GBP'),
        seller: { $ref: '#/$defs/party' },
        buyer: { $ref: '#/$defs/party' },
        lines: listOf({ $ref: '#/$defs/line' }, { minItems: 1, maxItems: 100 }),
        total: { type: 'number', minimum: 0, maximum: 1000000 },
        isPaid: { type: 'boolean' },
      }),
      $defs: {
        party: openObject(
          {
            name: { type: 'string', minLength: 1, maxLength: 60 },
            vat: { type: 'string' },
            address: ADDRESS,
          },
          'name',
          'address',
        ),
        line: strictObject({
          description: { type: 'string', maxLength: 120 },
          quantity: { type: 'integer', minimum: 1, maximum: 9999 },
          unit_price: { type: 'number', minimum: 0 },
          vat_rate: { enum: [0, 2.6, 8.1, 19] },
        }),
      },
    },
    examples: [
      {
        number: 'INV-2026-000123',
        issued: '2026-02-28',
        due: null,
        currency: 'CHF',
        seller: { name: 'Skein', address },
        buyer: { name: 'Ada', vat: 'CHE-1', address },
        lines: [{ description: 'Yarn', quantity: 9999, unit_price: 12.5, vat_rate: 8.1 }],
        total: 1000000,
        isPaid: false,
      },
    ],
  },
  {
    name: 'person',
    schema: openObject(
      {
        firstName: { type: 'string' },
        lastName: { type: 'string' },
        age: { type: 'integer', minimum: 0, maximum: 150 },
        email: { type: 'string', format: 'email' },
        address: ADDRESS,
        tags: listOf({ type: 'string', maxLength: 20 }, { maxItems: 5 }),
      },
      'firstName',
      'lastName',
    ),
    examples: [
      { firstName: 'Ada', lastName: 'Lovelace' },
      { firstName: 'A', lastName: 'B', age: 150, address, tags: ['x', 'y'] },
    ],
  },
  {
    name: 'product',
    schema: openObject(
      {
        sku: { type: 'string', pattern: '^[A-Z]{3}-[0-9]{3}$' },
        name: { type: 'string', minLength: 1, maxLength: 30 },
        price: { type: 'number', exclusiveMinimum: 0 },
        stock: { type: 'integer', minimum: 0 },
        dimensions: strictObject({ w: { type: 'number' }, h: { type: 'number' }, d: { type: 'number' } }),
      },
      'sku',
      'name',
      'price',
    ),
    examples: [
      { sku: 'ABC-123', name: 'Thing', price: 0.01 },
      { sku: 'ABC-123', name: 'Thing', price: 19.99, stock: 0, dimensions: { w: 1, h: -2.5, d: 3e2 } },
    ],
  },
  {
    name: 'recipe',
    schema: strictObject({
      title: { type: 'string', maxLength: 60 },
      servings: { type: 'integer', minimum: 1, maximum: 12 },
      ingredients: listOf(
        strictObject({
          name: { type: 'string', maxLength: 30 },
          amount: { type: 'number', minimum: 0.1, maximum: 1000 },
          unit: oneOfThese('g', 'ml', 'piece', 'tsp', 'tbsp'),
        }),
        { minItems: 1, maxItems: 15 },
      ),
      steps: listOf({ type: 'string', minLength: 3, maxLength: 100 }, { minItems: 1, maxItems: 10 }),
    }),
    examples: [
      {
        title: 'Bread',
        servings: 4,
        ingredients: [{ name: 'Flour', amount: 0.1, unit: 'g' }],
        steps: ['Mix.', 'Bake.'],
      },
    ],
  },
  {
    name: 'file tree',
    schema: {
      $ref: '#/$defs/node',
      $defs: {
        node: {
          oneOf: [
            strictObject({
              kind: { const: 'file' },
              name: { type: 'string', maxLength: 12 },
              bytes: { type: 'integer', minimum: 0 },
            }),
            strictObject({
              kind: { const: 'folder' },
              name: { type: 'string', maxLength: 12 },
              children: listOf({ $ref: '#/$defs/node' }, { maxItems: 3 }),
            }),
          ],
        },
      },
    },
    examples: [
      { kind: 'file', name: 'a', bytes: 0 },
      {
        kind: 'folder',
        name: '/',
        children: [
          { kind: 'folder', name: 'b', children: [] },
          { kind: 'file', name: 'c', bytes: 10 },
        ],
      },
    ],
  },
  {
    name: 'form of a survey',
    schema: strictObject({
      answers: {
        type: 'array',
        prefixItems: [
          { type: 'integer', minimum: 1, maximum: 5 },
          { type: 'boolean' },
          { enum: ['yes', 'no', 'maybe'] },
        ],
        items: { type: 'string', maxLength: 10 },
        minItems: 3,
        maxItems: 5,
      },
    }),
    examples: [{ answers: [5, true, 'maybe'] }, { answers: [1, false, 'no', 'more', 'text'] }],
  },
  {
    name: 'geo feature',
    schema: strictObject({
      type: { const: 'Feature' },
      geometry: {
        anyOf: [
          strictObject({
            type: { const: 'Point' },
            coordinates: {
              type: 'array',
              prefixItems: [
                { type: 'number', minimum: -180, maximum: 180 },
                { type: 'number', minimum: -90, maximum: 90 },
              ],
              items: false,
              minItems: 2,
            },
          }),
          { type: 'null' },
        ],
      },
      properties: { type: ['object', 'null'], additionalProperties: { type: ['string', 'number'] } },
    }),
    examples: [
      {
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [-179.5, 90] },
        properties: { a: 1, b: 'c' },
      },
      { type: 'Feature', geometry: null, properties: null },
    ],
  },
]
