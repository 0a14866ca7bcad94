import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { ollamaTextFields } from './ollama-text-schema.ts'

/** Body of `POST /api/generate`. */
export const OllamaGenerateBody = Type.Object(
  {
    ...ollamaTextFields,
    prompt: Type.Optional(
      Type.String({ description: 'None: the model is only loaded, or unloaded with a keep_alive of 0.' }),
    ),
    suffix: Type.Optional(Type.String({ description: 'The answer is written between the prompt and this.' })),
    system: Type.Optional(Type.String()),
    template: Type.Optional(Type.String({ description: 'Only the empty one: the model has its own.' })),
    context: Type.Optional(
      Type.Unknown({
        description: 'The context of an earlier answer of this server: the conversation goes on.',
        type: 'array',
        items: { type: 'integer' },
      }),
    ),
    raw: Type.Optional(
      Type.Boolean({ description: "Give the prompt as it is, without the model's template." }),
    ),
    images: Type.Optional(Type.Unknown({ type: 'array', items: { type: 'string' } })),
  },
  { additionalProperties: true, title: 'OllamaGenerateRequest' },
)

export type OllamaGenerateBody = Static<typeof OllamaGenerateBody>
