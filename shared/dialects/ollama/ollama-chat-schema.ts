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
          required: ['role'],
          properties: {
            role: { enum: ['system', 'user', 'assistant', 'tool'] },
            content: { type: 'string' },
            thinking: { type: 'string' },
            images: { type: 'array', items: { type: 'string' } },
            tool_calls: { type: 'array', items: { type: 'object' } },
            tool_name: { type: 'string' },
            tool_call_id: { type: 'string' },
          },
        }),
        { description: 'None: the model is only loaded, or unloaded with a keep_alive of 0.' },
      ),
    ),
    tools: Type.Optional(
      Type.Unknown({
        description: 'Functions that the model may call; at most 512.',
        type: 'array',
        items: {
          type: 'object',
          required: ['function'],
          properties: {
            type: { enum: ['function'] },
            function: {
              type: 'object',
              required: ['name'],
              properties: {
                name: { type: 'string' },
                description: { type: 'string' },
                parameters: { type: 'object' },
              },
            },
          },
        },
      }),
    ),
  },
  { additionalProperties: true, title: 'OllamaChatRequest' },
)

export type OllamaChatBody = Static<typeof OllamaChatBody>
