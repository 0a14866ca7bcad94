import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { openaiSamplingFields } from '../openai-sampling-schema.ts'

/** Fields of the older routes that this one says in other words. */
const {
  grammar: _grammar,
  json_schema: _jsonSchema,
  max_tokens: _maxTokens,
  n: _n,
  response_format: _responseFormat,
  stream_options: _streamOptions,
  ...samplingFields
} = openaiSamplingFields

const metadata = {
  type: 'object',
  description: 'Up to 16 texts of up to 512 characters, kept with the response.',
  additionalProperties: { type: 'string' },
}

/** Body of `POST /v1/responses`. Open: fields that nobody knows are named in a warning, not refused. */
export const OpenaiResponsesBody = Type.Object(
  {
    ...samplingFields,
    input: Type.Optional(
      Type.Unknown({
        description: 'A text, or items: messages, reasoning, calls of functions and what came of them.',
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'object' } }],
      }),
    ),
    instructions: Type.Optional(
      Type.String({ description: 'Said to the model first; not inherited by the responses that follow.' }),
    ),
    previous_response_id: Type.Optional(
      Type.String({ description: 'Id of the response whose conversation goes on.' }),
    ),
    tools: Type.Optional(Type.Unknown({ type: 'array', items: { type: 'object' } })),
    tool_choice: Type.Optional(Type.Unknown()),
    allowed_tools: Type.Optional(
      Type.Array(Type.String(), { description: "Names of tools; LocalAI's short form of `tool_choice`." }),
    ),
    parallel_tool_calls: Type.Optional(Type.Boolean()),
    max_output_tokens: Type.Optional(Type.Integer({ minimum: -1 })),
    max_tool_calls: Type.Optional(Type.Integer({ minimum: 1 })),
    top_logprobs: Type.Optional(Type.Integer({ minimum: 0, maximum: 20 })),
    include: Type.Optional(Type.Array(Type.String())),
    text: Type.Optional(Type.Unknown({ type: 'object' })),
    text_format: Type.Optional(Type.Unknown({ description: "LocalAI's name of `text.format`." })),
    reasoning: Type.Optional(Type.Unknown({ type: 'object' })),
    store: Type.Optional(
      Type.Boolean({ description: 'Whether the response can be asked for later; true when absent.' }),
    ),
    background: Type.Optional(Type.Boolean({ description: 'Answers at once; the response is written on.' })),
    metadata: Type.Optional(Type.Unknown(metadata)),
    truncation: Type.Optional(Type.Union([Type.Literal('auto'), Type.Literal('disabled')])),
    service_tier: Type.Optional(Type.String()),
    user: Type.Optional(Type.String()),
    safety_identifier: Type.Optional(Type.String()),
    prompt_cache_key: Type.Optional(Type.String()),
  },
  { additionalProperties: true, title: 'ResponseRequest' },
)

export type OpenaiResponsesBody = Static<typeof OpenaiResponsesBody>
