import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { openaiSamplingFields } from './openai-sampling-schema.ts'

const contentPart = {
  type: 'object',
  required: ['type', 'text'],
  properties: { type: { const: 'text' }, text: { type: 'string' } },
}

/** Body of `POST /v1/chat/completions`. Open: fields that nobody knows are named in a warning, not refused. */
export const OpenaiChatBody = Type.Object(
  {
    ...openaiSamplingFields,
    messages: Type.Array(
      Type.Unknown({
        type: 'object',
        required: ['role', 'content'],
        properties: {
          role: { enum: ['system', 'developer', 'user', 'assistant'] },
          content: { anyOf: [{ type: 'string' }, { type: 'array', items: contentPart }] },
          name: { type: 'string' },
        },
      }),
      { minItems: 1 },
    ),
    max_completion_tokens: Type.Optional(Type.Integer({ minimum: -1 })),
  },
  { additionalProperties: true, title: 'ChatCompletionRequest' },
)

export type OpenaiChatBody = Static<typeof OpenaiChatBody>
