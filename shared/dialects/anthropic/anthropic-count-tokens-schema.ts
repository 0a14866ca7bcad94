import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { anthropicPromptFields } from './anthropic-prompt-schema.ts'

/** Body of `POST /v1/messages/count_tokens`. */
export const AnthropicCountTokensBody = Type.Object(anthropicPromptFields, {
  additionalProperties: true,
  title: 'CountTokensRequest',
})

export type AnthropicCountTokensBody = Static<typeof AnthropicCountTokensBody>
