import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { openaiSamplingFields } from './openai-sampling-schema.ts'

const contentPart = {
  anyOf: [
    {
      type: 'object',
      required: ['type', 'text'],
      properties: { type: { const: 'text' }, text: { type: 'string' } },
    },
    {
      type: 'object',
      required: ['type', 'image_url'],
      properties: {
        type: { const: 'image_url' },
        image_url: { type: 'object', required: ['url'], properties: { url: { type: 'string' } } },
      },
    },
  ],
}

const functionCall = {
  type: 'object',
  required: ['name', 'arguments'],
  properties: {
    name: { type: 'string' },
    arguments: { type: 'string', description: 'JSON text of an object.' },
  },
}

const message = {
  type: 'object',
  required: ['role'],
  properties: {
    role: { enum: ['system', 'developer', 'user', 'assistant', 'tool', 'function'] },
    content: { anyOf: [{ type: 'string' }, { type: 'array', items: contentPart }, { type: 'null' }] },
    name: { type: 'string' },
    reasoning_content: { type: 'string', description: 'What the assistant thought; also as reasoning.' },
    tool_calls: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'type', 'function'],
        properties: { id: { type: 'string' }, type: { const: 'function' }, function: functionCall },
      },
    },
    tool_call_id: { type: 'string' },
  },
}

const functionDefinition = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', pattern: '^[a-zA-Z0-9_.-]{1,128}$' },
    description: { type: 'string' },
    parameters: { type: 'object', description: 'JSON Schema of an object.' },
    strict: { type: 'boolean', description: 'Refuse a schema that cannot be guaranteed.' },
  },
}

const toolFields = {
  tools: Type.Optional(
    Type.Unknown({
      type: 'array',
      items: {
        type: 'object',
        required: ['type', 'function'],
        properties: { type: { const: 'function' }, function: functionDefinition },
      },
    }),
  ),
  tool_choice: Type.Optional(
    Type.Unknown({
      anyOf: [
        { enum: ['none', 'auto', 'required'] },
        {
          type: 'object',
          required: ['type'],
          properties: {
            type: { enum: ['function', 'allowed_tools'] },
            function: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
            allowed_tools: { type: 'object', required: ['mode', 'tools'] },
          },
        },
      ],
    }),
  ),
  parallel_tool_calls: Type.Optional(Type.Boolean({ description: 'False: one call at most.' })),
  functions: Type.Optional(
    Type.Unknown({ description: 'Former form of tools.', type: 'array', items: functionDefinition }),
  ),
  function_call: Type.Optional(Type.Unknown({ description: 'Former form of tool_choice.' })),
} as const

const templateFields = {
  reasoning_effort: Type.Optional(
    Type.String({ description: 'none, minimal, low, medium or high; none turns thinking off.' }),
  ),
  enable_thinking: Type.Optional(Type.Boolean()),
  chat_template_kwargs: Type.Optional(
    Type.Unknown({ type: 'object', description: "Further variables of the model's template." }),
  ),
  metadata: Type.Optional(
    Type.Unknown({
      type: 'object',
      description: 'Read are mcp_servers (a comma list), enable_thinking and reasoning_effort.',
    }),
  ),
} as const

/** Body of `POST /v1/chat/completions`. Open: fields that nobody knows are named in a warning, not refused. */
export const OpenaiChatBody = Type.Object(
  {
    ...openaiSamplingFields,
    ...toolFields,
    ...templateFields,
    messages: Type.Array(Type.Unknown(message), { minItems: 1 }),
    max_completion_tokens: Type.Optional(Type.Integer({ minimum: -1 })),
    logprobs: Type.Optional(
      Type.Unknown({ anyOf: [{ type: 'boolean' }, { type: 'integer', description: 'Above 0: true.' }] }),
    ),
    top_logprobs: Type.Optional(Type.Integer({ minimum: 0, maximum: 20 })),
  },
  { additionalProperties: true, title: 'ChatCompletionRequest' },
)

export type OpenaiChatBody = Static<typeof OpenaiChatBody>
