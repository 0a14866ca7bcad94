import { listOf, oneOfThese, openObject, strictObject } from './named-schema.ts'
import type { NamedSchema } from './named-schema.ts'

/** What services ask for: settings, intents, changes. */
export const APPLICATION_SCHEMAS: readonly NamedSchema[] = [
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
