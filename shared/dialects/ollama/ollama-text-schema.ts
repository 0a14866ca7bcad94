import { Type } from '@sinclair/typebox'
import { ollamaModelFields } from './ollama-model-schema.ts'

/** Fields that Ollama's chat and generate routes share. */
export const ollamaTextFields = {
  ...ollamaModelFields,
  // The trap: with a `default` Elysia would make an object of a body that is a list.
  stream: Type.Optional(Type.Boolean({ description: 'Absent: true.' })),
  format: Type.Optional(
    Type.Unknown({
      description: 'Form of the answer: any JSON object, or a JSON Schema.',
      anyOf: [{ type: 'string', enum: ['json'] }, { type: 'object' }],
    }),
  ),
  think: Type.Optional(
    Type.Unknown({
      description: 'Whether, or how much, the model thinks before it answers.',
      anyOf: [{ type: 'boolean' }, { type: 'string', enum: ['low', 'medium', 'high'] }],
    }),
  ),
  logprobs: Type.Optional(Type.Boolean({ description: 'Tell the probability of each token.' })),
  top_logprobs: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 20, description: 'Beside those of this many others.' }),
  ),
  truncate: Type.Optional(Type.Boolean()),
  shift: Type.Optional(Type.Boolean()),
} as const
