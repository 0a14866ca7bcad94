import { isRecord } from '../../wire-field.ts'
import type { OpenaiResponsesBody } from './responses-body-schema.ts'
import type { ResponseSettings } from './responses-resource.ts'
import type { TextWish } from './responses-text-format.ts'
import type { ResponsesToolUse } from './responses-tools.ts'

interface DecodedParts {
  /** Id of the model, for callers who named none. */
  readonly model: string
  readonly reasoning: ResponseSettings['reasoning']
  readonly text: TextWish
  readonly tools: ResponsesToolUse
}

/** What the resource repeats of the request, with a default for all that it did not say. */
export const settingsOf = (body: OpenaiResponsesBody, parts: DecodedParts): ResponseSettings => ({
  ...samplingOf(body),
  ...labelsOf(body),
  background: body.background ?? false,
  instructions: body.instructions ?? null,
  max_tool_calls: body.max_tool_calls ?? null,
  model: body.model?.trim() || parts.model,
  parallel_tool_calls: body.parallel_tool_calls ?? true,
  previous_response_id: body.previous_response_id ?? null,
  reasoning: parts.reasoning,
  store: body.store ?? true,
  text: parts.text.echo,
  tool_choice: parts.tools.choiceEcho,
  tools: parts.tools.echo,
  truncation: body.truncation ?? 'disabled',
})

const samplingOf = (body: OpenaiResponsesBody) => ({
  frequency_penalty: body.frequency_penalty ?? 0,
  max_output_tokens: body.max_output_tokens ?? null,
  presence_penalty: body.presence_penalty ?? 0,
  temperature: body.temperature ?? 1,
  top_logprobs: body.top_logprobs ?? 0,
  top_p: body.top_p ?? 1,
})

const labelsOf = (body: OpenaiResponsesBody) => ({
  metadata: isRecord(body.metadata) ? body.metadata : {},
  prompt_cache_key: body.prompt_cache_key ?? null,
  safety_identifier: body.safety_identifier ?? null,
  service_tier: 'default',
  user: body.user ?? null,
})
