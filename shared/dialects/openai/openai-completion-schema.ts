import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { openaiSamplingFields } from './openai-sampling-schema.ts'

/** Body of `POST /v1/completions`. */
export const OpenaiCompletionBody = Type.Object(
  {
    ...openaiSamplingFields,
    prompt: Type.Unknown({
      description: 'A text, a list of texts, a list of token ids, or a list of such lists.',
      anyOf: [
        { type: 'string' },
        { type: 'array', items: { type: 'string' } },
        { type: 'array', items: { type: 'integer' } },
        { type: 'array', items: { type: 'array', items: { type: 'integer' } } },
      ],
    }),
    suffix: Type.Optional(
      Type.String({ description: 'What comes after the answer; for models that were trained to fill in.' }),
    ),
    echo: Type.Optional(Type.Boolean({ description: 'Begin each answer with its prompt (texts only).' })),
    logprobs: Type.Optional(
      Type.Unknown({
        type: 'integer',
        minimum: 0,
        maximum: 5,
        description: 'How many other tokens to tell of.',
      }),
    ),
  },
  { additionalProperties: true, title: 'CompletionRequest' },
)

export type OpenaiCompletionBody = Static<typeof OpenaiCompletionBody>
