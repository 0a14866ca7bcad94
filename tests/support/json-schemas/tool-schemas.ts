import { listOf, oneOfThese, openObject, strictObject, text } from './named-schema.ts'
import type { NamedSchema } from './named-schema.ts'

const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** Arguments of tools as coding agents declare them. */
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
]
