import { listOf, oneOfThese, openObject, strictObject, text } from './named-schema.ts'
import type { NamedSchema } from './named-schema.ts'

const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** Arguments of tools of assistants and of MCP servers. */
export const SERVICE_TOOL_SCHEMAS: readonly NamedSchema[] = [
  {
    name: 'tool: weather',
    schema: openObject(
      {
        location: text('The city and state, e.g. San Francisco, CA'),
        unit: oneOfThese('celsius', 'fahrenheit'),
      },
      'location',
    ),
    examples: [{ location: 'Boston, MA' }, { location: 'Bern', unit: 'celsius' }],
  },
  {
    name: 'tool: send an e-mail',
    schema: openObject(
      {
        to: listOf({ type: 'string', format: 'email' }, { minItems: 1, maxItems: 50 }),
        cc: listOf({ type: 'string', format: 'email' }),
        subject: { type: 'string', maxLength: 200 },
        body: { type: 'string' },
        priority: { type: 'string', enum: ['low', 'normal', 'high'], default: 'normal' },
      },
      'to',
      'subject',
      'body',
    ),
    examples: [{ to: ['a@b.co'], subject: 'Hi', body: 'Text' }],
  },
  {
    name: 'tool: query a database',
    schema: {
      ...strictObject({
        table: { type: 'string', pattern: '^[a-z][a-z0-9_]{0,62}$' },
        where: listOf(
          strictObject({
            column: { type: 'string' },
            operator: oneOfThese('=', '!=', '<', '<=', '>', '>=', 'like', 'in'),
            value: { type: ['string', 'number', 'boolean', 'null'] },
          }),
        ),
        limit: { type: ['integer', 'null'], minimum: 1, maximum: 1000 },
      }),
    },
    examples: [
      { table: 'orders', where: [{ column: 'id', operator: '<=', value: 5.5 }], limit: 1000 },
      { table: 'a', where: [], limit: null },
    ],
  },
  {
    name: 'tool: file system of an MCP server',
    schema: {
      $schema: DRAFT,
      ...openObject(
        {
          path: { type: 'string' },
          edits: listOf({
            ...openObject({ oldText: { type: 'string' }, newText: { type: 'string' } }, 'oldText', 'newText'),
            additionalProperties: false,
          }),
          dryRun: { type: 'boolean', default: false },
        },
        'path',
        'edits',
      ),
      additionalProperties: false,
    },
    examples: [{ path: '/a', edits: [], dryRun: true }],
  },
  {
    name: 'tool: knowledge graph of an MCP server',
    schema: openObject(
      {
        entities: listOf(
          openObject(
            {
              name: { type: 'string' },
              entityType: { type: 'string' },
              observations: listOf({ type: 'string' }),
            },
            'name',
            'entityType',
            'observations',
          ),
        ),
      },
      'entities',
    ),
    examples: [{ entities: [{ name: 'a', entityType: 'b', observations: ['c', 'd'] }] }],
  },
  {
    name: 'tool: sequential thinking',
    schema: openObject(
      {
        thought: { type: 'string' },
        nextThoughtNeeded: { type: 'boolean' },
        thoughtNumber: { type: 'integer', minimum: 1 },
        totalThoughts: { type: 'integer', minimum: 1 },
        isRevision: { type: 'boolean' },
        branchId: { type: 'string' },
      },
      'thought',
      'nextThoughtNeeded',
      'thoughtNumber',
      'totalThoughts',
    ),
    examples: [{ thought: 'Hm', nextThoughtNeeded: true, thoughtNumber: 1, totalThoughts: 5 }],
  },
  {
    name: 'tool: optional arguments only',
    schema: openObject({
      page: { type: 'integer', minimum: 1, default: 1 },
      per_page: { type: 'integer', minimum: 1, maximum: 100 },
      sort: oneOfThese('created', 'updated', 'comments'),
      labels: listOf({ type: 'string' }),
    }),
    examples: [
      {},
      { page: 2 },
      { sort: 'created' },
      { page: 1, labels: [] },
      { per_page: 100, sort: 'updated' },
    ],
  },
  {
    name: 'tool: headers',
    schema: openObject(
      {
        method: oneOfThese('GET', 'POST', 'PUT', 'DELETE'),
        headers: { type: 'object', additionalProperties: { type: 'string' } },
        body: {},
      },
      'method',
    ),
    examples: [
      { method: 'GET' },
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: { any: ['thing', 1, null] } },
    ],
  },
  {
    name: 'tool: calculator',
    schema: {
      ...strictObject({ expression: { $ref: '#/$defs/expression' } }),
      $defs: {
        expression: {
          anyOf: [
            { type: 'number' },
            strictObject({
              operator: { enum: ['+', '-', '*', '/'] },
              left: { $ref: '#/$defs/expression' },
              right: { $ref: '#/$defs/expression' },
            }),
          ],
        },
      },
    },
    examples: [
      { expression: 5 },
      { expression: { operator: '*', left: 2, right: { operator: '+', left: 1, right: 0.5 } } },
    ],
  },
]
