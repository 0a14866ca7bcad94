import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'

/** Body of `POST /v1/embeddings`. */
export const OpenaiEmbedBody = Type.Object(
  {
    model: Type.Optional(Type.String()),
    input: Type.Unknown({
      description: 'A text, a list of texts, a list of token ids, or a list of such lists; at most 2048.',
      anyOf: [
        { type: 'string' },
        { type: 'array', items: { type: 'string' } },
        { type: 'array', items: { type: 'integer' } },
        { type: 'array', items: { type: 'array', items: { type: 'integer' } } },
      ],
    }),
    encoding_format: Type.Optional(
      Type.Union([Type.Literal('float'), Type.Literal('base64')], { default: 'float' }),
    ),
    dimensions: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { additionalProperties: true, title: 'EmbeddingRequest' },
)

export type OpenaiEmbedBody = Static<typeof OpenaiEmbedBody>
