import { listOf, oneOfThese, openObject, strictObject, text } from './named-schema.ts'
import type { NamedSchema } from './named-schema.ts'

const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** Arguments of tools as coding agents and other clients declare them. */
export const TOOL_SCHEMAS: readonly NamedSchema[] = [
  {
    name: 'tool: run a command',
    schema: {
      $schema: DRAFT,
      ...openObject(
        {
          command: text('The command to execute'),
          timeout: { type: 'number', description: 'Optional timeout in milliseconds (max 600000)' },
          description: text('What the command does, in 5 to 10 words'),
          run_in_background: { type: 'boolean' },
        },
        'command',
      ),
      additionalProperties: false,
    },
    examples: [
      { command: 'ls -la "my dir" | grep \\.ts$' },
      { command: 'sleep 1', timeout: 120000, description: 'Waits', run_in_background: true },
    ],
  },
  {
    name: 'tool: read a file',
    schema: {
      $schema: DRAFT,
      ...openObject(
        {
          file_path: text('The absolute path of the file'),
          offset: { type: 'integer', minimum: 0, maximum: 9007199254740991 },
          limit: { type: 'integer', exclusiveMinimum: 0, maximum: 9007199254740991 },
        },
        'file_path',
      ),
      additionalProperties: false,
    },
    examples: [{ file_path: '/etc/hosts' }, { file_path: '/a', offset: 0, limit: 2000 }],
  },
  {
    name: 'tool: edit a file',
    schema: {
      ...openObject(
        {
          file_path: { type: 'string' },
          old_string: { type: 'string' },
          new_string: text('Must be different from old_string'),
          replace_all: { type: 'boolean', default: false },
        },
        'file_path',
        'old_string',
        'new_string',
      ),
      additionalProperties: false,
    },
    examples: [{ file_path: '/a.ts', old_string: "import 'x'\n", new_string: '\tconst a = "b"\n' }],
  },
  {
    name: 'tool: edit a file in several places',
    schema: strictObject({
      file_path: { type: 'string' },
      edits: listOf(
        openObject(
          {
            old_string: { type: 'string' },
            new_string: { type: 'string' },
            replace_all: { type: 'boolean' },
          },
          'old_string',
          'new_string',
        ),
        { minItems: 1 },
      ),
    }),
    examples: [{ file_path: '/a', edits: [{ old_string: 'a', new_string: 'b' }] }],
  },
  {
    name: 'tool: search in files',
    schema: {
      ...openObject(
        {
          pattern: { type: 'string' },
          path: { type: 'string' },
          glob: { type: 'string' },
          output_mode: oneOfThese('content', 'files_with_matches', 'count'),
          '-B': { type: 'number' },
          '-A': { type: 'number' },
          '-n': { type: 'boolean' },
          '-i': { type: 'boolean' },
          head_limit: { type: 'number' },
          multiline: { type: 'boolean' },
        },
        'pattern',
      ),
      additionalProperties: false,
    },
    examples: [
      { pattern: 'log.*Error' },
      { pattern: 'x', output_mode: 'count', '-A': 3, '-i': true },
      { pattern: 'x', glob: '*.ts', multiline: false },
    ],
  },
  {
    name: 'tool: to-do list',
    schema: strictObject({
      todos: listOf(
        strictObject({
          content: { type: 'string', minLength: 1 },
          status: oneOfThese('pending', 'in_progress', 'completed'),
          activeForm: { type: 'string', minLength: 1 },
        }),
      ),
    }),
    examples: [
      { todos: [] },
      { todos: [{ content: 'Write tests', status: 'in_progress', activeForm: 'Writing tests' }] },
    ],
  },
  {
    name: 'tool: ask the user',
    schema: strictObject({
      questions: listOf(
        openObject(
          {
            question: { type: 'string' },
            header: { type: 'string', maxLength: 12 },
            options: listOf(strictObject({ label: { type: 'string' }, description: { type: 'string' } }), {
              minItems: 2,
              maxItems: 4,
            }),
            multiSelect: { type: 'boolean', default: false },
          },
          'question',
          'header',
          'options',
        ),
        { minItems: 1, maxItems: 4 },
      ),
    }),
    examples: [
      {
        questions: [
          {
            question: 'Which one?',
            header: 'Twelve chars',
            options: [
              { label: 'A', description: '' },
              { label: 'B', description: '' },
            ],
          },
        ],
      },
    ],
  },
  {
    name: 'tool: fetch a page',
    schema: {
      ...openObject({ url: { type: 'string', format: 'uri' }, prompt: { type: 'string' } }, 'url', 'prompt'),
      additionalProperties: false,
    },
    examples: [{ url: 'https://example.com:8080/a/b.html?x=1#top', prompt: 'Summarise.' }],
  },
  {
    name: 'tool: search the web',
    schema: openObject(
      {
        query: { type: 'string', minLength: 2 },
        allowed_domains: listOf({ type: 'string' }),
        blocked_domains: listOf({ type: 'string' }),
      },
      'query',
    ),
    examples: [{ query: 'ab' }, { query: 'weather', blocked_domains: ['example.com'] }],
  },
  {
    name: 'tool: no arguments',
    schema: { type: 'object', properties: {}, additionalProperties: false },
    examples: [{}],
  },
  {
    name: 'tool: any arguments',
    schema: { type: 'object' },
    examples: [{}, { a: [1, { b: null }], 'with "quotes"': 'x' }],
  },
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
