import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { ollamaModelFields } from './ollama-model-schema.ts'

/** Body of `POST /api/embed`. */
export const OllamaEmbedBody = Type.Object(
  {
    ...ollamaModelFields,
    input: Type.Optional(
      Type.Unknown({
        description: 'A text, or a list of at most 2048. None: the model is only loaded.',
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, maxItems: 2048 }],
      }),
    ),
    truncate: Type.Optional(
      Type.Boolean({ description: 'Cut texts that are longer than the context; absent: true.' }),
    ),
    dimensions: Type.Optional(Type.Integer({ minimum: 0, description: '0: as many as the model has.' })),
  },
  { additionalProperties: true, title: 'OllamaEmbedRequest' },
)

export type OllamaEmbedBody = Static<typeof OllamaEmbedBody>

/** Body of `POST /api/embeddings`, the older route for one text. */
export const OllamaEmbeddingsBody = Type.Object(
  {
    ...ollamaModelFields,
    prompt: Type.Optional(Type.String({ description: 'None: the model is only loaded.' })),
  },
  { additionalProperties: true, title: 'OllamaEmbeddingsRequest' },
)

export type OllamaEmbeddingsBody = Static<typeof OllamaEmbeddingsBody>
