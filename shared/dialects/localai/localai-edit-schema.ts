import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { openaiSamplingFields } from '../openai/openai-sampling-schema.ts'

/** Body of `POST /v1/edits`: OpenAI's former route, which LocalAI kept. */
export const LocalaiEditBody = Type.Object(
  {
    ...openaiSamplingFields,
    instruction: Type.String({ minLength: 1, description: 'What is to be done with the input.' }),
    input: Type.Optional(
      Type.Unknown({
        description: 'The text to edit, or a list of at most 64; absent: the instruction says it all.',
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, maxItems: 64 }],
      }),
    ),
  },
  { additionalProperties: true, title: 'EditRequest' },
)

export type LocalaiEditBody = Static<typeof LocalaiEditBody>
