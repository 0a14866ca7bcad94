import { Type } from '@sinclair/typebox'

const textBlock = {
  type: 'object',
  required: ['type', 'text'],
  properties: { type: { const: 'text' }, text: { type: 'string' }, cache_control: { type: 'object' } },
}

const textOrBlocks = { anyOf: [{ type: 'string' }, { type: 'array', items: textBlock }] }

/** Fields that say what the model is to read: the same for an answer and for a count of tokens. */
export const anthropicPromptFields = {
  model: Type.String({ description: 'Id of a model; empty means the loaded or first one.' }),
  system: Type.Optional(Type.Unknown(textOrBlocks)),
  messages: Type.Array(
    Type.Unknown({
      type: 'object',
      required: ['role', 'content'],
      properties: { role: { enum: ['user', 'assistant', 'system'] }, content: textOrBlocks },
    }),
    { minItems: 1 },
  ),
} as const
