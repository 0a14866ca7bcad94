import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { ollamaTextFields } from './ollama-text-schema.ts'

/** Body of `POST /api/chat`. Open: fields that nobody knows are named in a warning, not refused. */
export const OllamaChatBody = Type.Object(
  {
    ...ollamaTextFields,
    messages: Type.Optional(
      Type.Array(
        Type.Unknown({
          type: 'object',
          required: ['role', 'content'],
          properties: { role: { enum: ['system', 'user', 'assistant'] }, content: { type: 'string' } },
        }),
        { description: 'None: the model is only loaded, or unloaded with a keep_alive of 0.' },
      ),
    ),
  },
  { additionalProperties: true, title: 'OllamaChatRequest' },
)

export type OllamaChatBody = Static<typeof OllamaChatBody>
