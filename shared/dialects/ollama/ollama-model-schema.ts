import { Type } from '@sinclair/typebox'

/** Fields of every route of Ollama's that asks a model for something. */
export const ollamaModelFields = {
  model: Type.Optional(
    Type.String({ description: 'Name of a model; empty or absent means the loaded or first one.' }),
  ),
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
        typical_p: { type: 'number' },
        seed: { type: 'integer' },
        stop: { type: 'array', items: { type: 'string' } },
        repeat_penalty: { type: 'number' },
        repeat_last_n: { type: 'integer', description: '0: none; −1: all.' },
        presence_penalty: { type: 'number' },
        frequency_penalty: { type: 'number' },
        mirostat: { type: 'integer', enum: [0, 1, 2] },
        mirostat_tau: { type: 'number' },
        mirostat_eta: { type: 'number' },
      },
    }),
  ),
} as const
