import { Type } from '@sinclair/typebox'

/** How the next token is drawn: OpenAI's fields, and those of the engine that local clients send. */
const drawingFields = {
  temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 2 })),
  top_p: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  top_k: Type.Optional(Type.Integer({ minimum: -1, description: '0 and −1 are off.' })),
  min_p: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  typical_p: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: '1 is off.' })),
  frequency_penalty: Type.Optional(Type.Number({ minimum: -2, maximum: 2 })),
  presence_penalty: Type.Optional(Type.Number({ minimum: -2, maximum: 2 })),
  repeat_penalty: Type.Optional(Type.Number({ minimum: 0, maximum: 10, description: '1 is off.' })),
  repetition_penalty: Type.Optional(
    Type.Number({ minimum: 0, maximum: 10, description: 'Alias of repeat_penalty.' }),
  ),
  repeat_last_n: Type.Optional(
    Type.Integer({ minimum: -1, maximum: 8192, description: '−1: all tokens so far.' }),
  ),
  mirostat: Type.Optional(Type.Integer({ minimum: 0, maximum: 2, description: '0 is off.' })),
  mirostat_tau: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
  mirostat_eta: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  ignore_eos: Type.Optional(Type.Boolean({ description: 'The answer ends with its budget only.' })),
  seed: Type.Optional(Type.Integer()),
  logit_bias: Type.Optional(
    Type.Record(Type.String(), Type.Number({ minimum: -100, maximum: 100 }), {
      description: 'Token id to a number added to its logit; −100 bans the token.',
    }),
  ),
} as const

/** The form of the answer; at most one of them. */
const outputFields = {
  response_format: Type.Optional(
    Type.Unknown({
      description: 'Any text, any JSON object, or JSON of a schema. The answer can have no other form.',
      anyOf: [
        { type: 'string', enum: ['text', 'json_object'] },
        {
          type: 'object',
          required: ['type'],
          properties: {
            type: { enum: ['text', 'json_object', 'json_schema'] },
            json_schema: {
              type: 'object',
              properties: {
                name: { type: 'string' },
                schema: { type: 'object' },
                strict: { type: 'boolean' },
              },
            },
          },
        },
      ],
    }),
  ),
  json_schema: Type.Optional(
    Type.Unknown({ description: "llama-server's short form of response_format.", type: 'object' }),
  ),
  grammar: Type.Optional(Type.String({ maxLength: 262_144, description: 'In GBNF.' })),
} as const

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
  ...drawingFields,
  ...outputFields,
  stop: Type.Optional(
    Type.Unknown({
      description: 'Up to 16 texts before which the answer ends.',
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, maxItems: 16 }],
    }),
  ),
} as const
