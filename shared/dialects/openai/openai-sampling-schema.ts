import { Type } from '@sinclair/typebox'

/** Fields that OpenAI's chat and completion routes share, with the engine's further ones that local clients send. */
export const openaiSamplingFields = {
  model: Type.Optional(
    Type.String({ description: 'Id of a model; empty or absent means the loaded or first one.' }),
  ),
  stream: Type.Optional(Type.Boolean()),
  stream_options: Type.Optional(
    Type.Object({ include_usage: Type.Optional(Type.Boolean()) }, { additionalProperties: true }),
  ),
  n: Type.Optional(Type.Integer({ minimum: 1, maximum: 16, description: 'Independent answers.' })),
  max_tokens: Type.Optional(Type.Integer({ minimum: -1, description: '−1: until the context is full.' })),
  temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 2 })),
  top_p: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  top_k: Type.Optional(Type.Integer({ minimum: 0, description: '0 is off.' })),
  min_p: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  frequency_penalty: Type.Optional(Type.Number({ minimum: -2, maximum: 2 })),
  presence_penalty: Type.Optional(Type.Number({ minimum: -2, maximum: 2 })),
  repeat_penalty: Type.Optional(Type.Number({ minimum: 0, maximum: 10, description: '1 is off.' })),
  repetition_penalty: Type.Optional(
    Type.Number({ minimum: 0, maximum: 10, description: 'Alias of repeat_penalty.' }),
  ),
  repeat_last_n: Type.Optional(Type.Integer({ minimum: 0, maximum: 8192 })),
  seed: Type.Optional(Type.Integer()),
  logit_bias: Type.Optional(
    Type.Record(Type.String(), Type.Number({ minimum: -100, maximum: 100 }), {
      description: 'Token id to a number added to its logit; −100 bans the token.',
    }),
  ),
  stop: Type.Optional(
    Type.Unknown({
      description: 'Up to 16 texts before which the answer ends.',
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, maxItems: 16 }],
    }),
  ),
} as const
