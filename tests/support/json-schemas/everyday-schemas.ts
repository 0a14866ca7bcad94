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
  {
    name: 'meeting',
    schema: strictObject({
      id: { type: 'string', format: 'uuid' },
      start: { type: 'string', format: 'date-time' },
      length: { type: 'string', format: 'duration' },
      day: { type: 'string', format: 'date' },
      at: { type: 'string', format: 'time' },
      host: { type: 'string', format: 'hostname' },
      server: {
        anyOf: [
          { type: 'string', format: 'ipv4' },
          { type: 'string', format: 'ipv6' },
        ],
      },
    }),
    examples: [
      {
        id: '123e4567-e89b-12d3-a456-426614174000',
        start: '2024-02-29T23:59:59.123Z',
        length: 'P1DT2H3M',
        day: '2000-02-29',
        at: '08:00:00+02:00',
        host: 'node-1.example.com',
        server: '192.168.0.255',
      },
      {
        id: 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
        start: '1999-12-31T00:00:00-11:30',
        length: 'P2W',
        day: '2023-11-30',
        at: '23:59:59Z',
        host: 'localhost',
        server: '2001:db8::8a2e:370:7334',
      },
    ],
  },
  {
    name: 'chess game',
    schema: strictObject({
      white: { type: 'string', maxLength: 20 },
      black: { type: 'string', maxLength: 20 },
      moves: listOf(
        { type: 'string', pattern: '^([KQRBN]?[a-h]?[1-8]?x?[a-h][1-8](=[QRBN])?[+#]?|O-O(-O)?)$' },
        { maxItems: 8 },
      ),
      result: oneOfThese('1-0', '0-1', '1/2-1/2', '*'),
    }),
    examples: [{ white: 'A', black: 'B', moves: ['e4', 'Nf6', 'O-O-O', 'exd8=Q#'], result: '1/2-1/2' }],
  },
  {
    name: 'configuration of a service',
    schema: openObject(
      {
        version: { const: 3 },
        listen: strictObject({
          host: { anyOf: [{ type: 'string', format: 'ipv4' }, { const: 'localhost' }] },
          port: { type: 'integer', minimum: 1, maximum: 65535 },
        }),
        log: oneOfThese('trace', 'debug', 'info', 'warn', 'error'),
        features: { type: 'object', additionalProperties: { type: 'boolean' } },
        limits: {
          type: 'object',
          properties: { memory: { type: 'integer', minimum: 0 } },
          additionalProperties: { type: 'integer', minimum: 0, maximum: 100 },
        },
      },
      'version',
      'listen',
    ),
    examples: [
      { version: 3, listen: { host: 'localhost', port: 65535 } },
      {
        version: 3,
        listen: { host: '127.0.0.1', port: 1 },
        log: 'warn',
        features: { fast: true, memory: false },
        limits: { memory: 5000, cpu: 100, memo: 1 },
      },
    ],
  },
  {
    name: 'intent of a voice assistant',
    schema: {
      type: 'object',
      properties: { intent: { type: 'string' }, confidence: { type: 'number', minimum: 0, maximum: 1 } },
      required: ['intent', 'confidence'],
      oneOf: [
        {
          properties: {
            intent: { const: 'set_timer' },
            minutes: { type: 'integer', minimum: 1, maximum: 600 },
          },
          required: ['minutes'],
        },
        {
          properties: { intent: { const: 'play' }, title: { type: 'string', maxLength: 40 } },
          required: ['title'],
        },
        { properties: { intent: { enum: ['stop', 'help'] } } },
      ],
    },
    examples: [
      { intent: 'set_timer', confidence: 0.5, minutes: 600 },
      { intent: 'play', confidence: 1, title: 'Bach' },
      { intent: 'help', confidence: 0 },
    ],
  },
  {
    name: 'patch of a document',
    schema: listOf(
      {
        oneOf: [
          strictObject({
            op: { enum: ['add', 'replace'] },
            path: { type: 'string', pattern: '^(/[a-z0-9]{1,8}){1,3}$' },
            value: {},
          }),
          strictObject({
            op: { const: 'remove' },
            path: { type: 'string', pattern: '^(/[a-z0-9]{1,8}){1,3}$' },
          }),
        ],
      },
      { minItems: 1, maxItems: 4 },
    ),
    examples: [
      [
        { op: 'add', path: '/a/b', value: { c: [1, 2] } },
        { op: 'remove', path: '/x' },
      ],
    ],
  },
]
