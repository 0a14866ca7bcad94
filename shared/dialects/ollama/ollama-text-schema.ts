import { Type } from '@sinclair/typebox'

/** Fields that Ollama's chat and generate routes share. */
export const ollamaTextFields = {
  model: Type.Optional(
    Type.String({ description: 'Name of a model; empty or absent means the loaded or first one.' }),
  ),
  // The trap: with a `default` Elysia would make an object of a body that is a list.
  stream: Type.Optional(Type.Boolean({ description: 'Absent: true.' })),
  keep_alive: Type.Optional(
    Type.Unknown({
      description: 'How long the model stays afterwards: seconds, or a duration such as 5m; −1: it stays.',
      anyOf: [{ type: 'number' }, { type: 'string' }],
    }),
  ),
  options: Type.Optional(
    Type.Unknown({
      type: 'object',
      properties: {
        num_predict: { type: 'integer', description: 'Most tokens to write; −1 and −2: no limit.' },
        num_ctx: { type: 'integer' },
        temperature: { type: 'number' },
        top_k: { type: 'integer' },
        top_p: { type: 'number' },
        min_p: { type: 'number' },
        seed: { type: 'integer' },
        stop: { type: 'array', items: { type: 'string' } },
        repeat_penalty: { type: 'number' },
        repeat_last_n: { type: 'integer' },
        presence_penalty: { type: 'number' },
        frequency_penalty: { type: 'number' },
      },
    }),
  ),
} as const
