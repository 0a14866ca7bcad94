import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'

const cacheControl = { type: 'object', description: 'Of no effect: every prompt is cached.' }
const string = { type: 'string' }

const blockOf = (type: string, properties: Readonly<Record<string, object>>, ...required: string[]) => ({
  type: 'object',
  required: ['type', ...required],
  properties: { type: { const: type }, ...properties, cache_control: cacheControl },
})

const textBlock = blockOf('text', { text: string }, 'text')
const imageSource = {
  anyOf: [
    { type: 'object', properties: { type: { const: 'base64' }, media_type: string, data: string } },
    { type: 'object', properties: { type: { const: 'url' }, url: string } },
  ],
}
const imageBlock = blockOf('image', { source: imageSource }, 'source')
const contentOf = (...blocks: readonly object[]) => ({
  anyOf: [string, { type: 'array', items: { anyOf: blocks } }],
})

const userBlocks = contentOf(
  textBlock,
  imageBlock,
  blockOf(
    'tool_result',
    { tool_use_id: string, content: contentOf(textBlock, imageBlock), is_error: { type: 'boolean' } },
    'tool_use_id',
  ),
)
const assistantBlocks = contentOf(
  textBlock,
  blockOf('thinking', { thinking: string, signature: string }, 'thinking'),
  blockOf('redacted_thinking', { data: string }, 'data'),
  blockOf('tool_use', { id: string, name: string, input: { type: 'object' } }, 'id', 'name', 'input'),
)
const messageOf = (role: string, content: object) => ({
  type: 'object',
  required: ['role', 'content'],
  properties: { role: { const: role }, content },
})

const tool = {
  type: 'object',
  required: ['name', 'input_schema'],
  properties: {
    type: { const: 'custom' },
    name: { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,128}$' },
    description: string,
    input_schema: { type: 'object', description: 'JSON Schema of an object.' },
    strict: { type: 'boolean', description: 'A schema that cannot be guaranteed is refused.' },
  },
}

const format = {
  type: 'object',
  required: ['type', 'schema'],
  properties: { type: { const: 'json_schema' }, schema: { type: 'object' } },
}

/** Fields that say what the model is to read and do: the same for an answer and for a count of tokens. */
export const anthropicPromptFields = {
  model: Type.String({
    description:
      'Id of a model, or a name that the settings of the Anthropic proxy know; empty means the loaded or first one.',
  }),
  system: Type.Optional(Type.Unknown(contentOf(textBlock))),
  messages: Type.Array(
    Type.Unknown({
      anyOf: [
        messageOf('user', userBlocks),
        messageOf('assistant', assistantBlocks),
        messageOf('system', contentOf(textBlock)),
      ],
    }),
    { minItems: 1 },
  ),
  tools: Type.Optional(Type.Array(Type.Unknown(tool))),
  tool_choice: Type.Optional(
    Type.Unknown({
      type: 'object',
      required: ['type'],
      properties: {
        type: { enum: ['auto', 'any', 'tool', 'none'] },
        name: string,
        disable_parallel_tool_use: { type: 'boolean' },
      },
    }),
  ),
  thinking: Type.Optional(
    Type.Unknown({
      type: 'object',
      required: ['type'],
      properties: {
        type: { enum: ['enabled', 'disabled', 'adaptive'] },
        budget_tokens: {
          type: 'integer',
          minimum: 1024,
          description: 'Not a limit: how much effort to make.',
        },
      },
    }),
  ),
  output_config: Type.Optional(
    Type.Unknown({
      type: 'object',
      properties: { effort: { enum: ['low', 'medium', 'high', 'xhigh', 'max'] }, format },
    }),
  ),
  output_format: Type.Optional(
    Type.Unknown({ ...format, deprecated: true, description: 'Now `output_config.format`.' }),
  ),
} as const

const anthropicPrompt = Type.Object(anthropicPromptFields)

export type AnthropicPromptBody = Static<typeof anthropicPrompt>
