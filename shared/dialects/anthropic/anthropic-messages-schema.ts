import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { anthropicPromptFields } from './anthropic-prompt-schema.ts'

/** Body of `POST /v1/messages`. Open: fields that nobody knows are named in a warning, not refused. */
export const AnthropicMessagesBody = Type.Object(
  {
    ...anthropicPromptFields,
    max_tokens: Type.Integer({ minimum: 0, description: '0: the prompt is read and nothing written.' }),
    stop_sequences: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        maxItems: 64,
        description: 'Texts before which the answer ends.',
      }),
    ),
    stream: Type.Optional(Type.Boolean()),
    temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    top_p: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    top_k: Type.Optional(Type.Integer({ minimum: 0, description: '0 is off.' })),
  },
  { additionalProperties: true, title: 'MessagesRequest' },
)

export type AnthropicMessagesBody = Static<typeof AnthropicMessagesBody>
