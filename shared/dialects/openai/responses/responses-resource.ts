import type { Usage } from '@shared/inference/usage.ts'
import type { ResponseItem } from './responses-items.ts'
import type { WireTextConfig } from './responses-text-format.ts'
import type { WireFunctionTool } from './responses-tools.ts'

export type ResponseStatus = 'queued' | 'in_progress' | 'completed' | 'failed' | 'incomplete' | 'cancelled'

export interface ResponsesUsage {
  readonly input_tokens: number
  readonly input_tokens_details: { readonly cached_tokens: number; readonly cache_write_tokens: 0 }
  readonly output_tokens: number
  readonly output_tokens_details: { readonly reasoning_tokens: number }
  readonly total_tokens: number
}

/** What the request said, as the resource repeats it. */
export interface ResponseSettings {
  readonly background: boolean
  readonly frequency_penalty: number
  readonly instructions: string | null
  readonly max_output_tokens: number | null
  readonly max_tool_calls: number | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly model: string
  readonly parallel_tool_calls: boolean
  readonly presence_penalty: number
  readonly previous_response_id: string | null
  readonly prompt_cache_key: string | null
  readonly reasoning: { readonly effort: string | null; readonly summary: string | null }
  readonly safety_identifier: string | null
  readonly service_tier: string
  readonly store: boolean
  readonly temperature: number
  readonly text: WireTextConfig
  readonly tool_choice: unknown
  readonly tools: readonly WireFunctionTool[]
  readonly top_logprobs: number
  readonly top_p: number
  readonly truncation: 'auto' | 'disabled'
  readonly user: string | null
}

/** The `response` object: every field is always there. */
export interface ResponseResource extends ResponseSettings {
  readonly id: string
  readonly object: 'response'
  /** Only OpenAI's own service has such programs; its client wants the field. */
  readonly access_programs: null
  /** Unix seconds. */
  readonly created_at: number
  /** Unix seconds; null until it is done. */
  readonly completed_at: number | null
  readonly status: ResponseStatus
  readonly error: { readonly code: string; readonly message: string } | null
  readonly incomplete_details: { readonly reason: 'max_output_tokens' } | null
  readonly output: readonly ResponseItem[]
  /** Null until it is done. */
  readonly usage: ResponsesUsage | null
}

export const newResource = (
  settings: ResponseSettings,
  { id, createdAt }: { readonly id: string; readonly createdAt: number },
): ResponseResource => ({
  id,
  object: 'response',
  access_programs: null,
  created_at: createdAt,
  completed_at: null,
  status: settings.background ? 'queued' : 'in_progress',
  error: null,
  incomplete_details: null,
  output: [],
  usage: null,
  ...settings,
})

/** True for the status of a response that does not change any more. */
export const isDone = (status: ResponseStatus): boolean => status !== 'queued' && status !== 'in_progress'

export const encodeResponsesUsage = (usage: Usage): ResponsesUsage => ({
  input_tokens: usage.promptTokens,
  input_tokens_details: { cached_tokens: usage.cachedTokens, cache_write_tokens: 0 },
  output_tokens: usage.completionTokens,
  output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
  total_tokens: usage.promptTokens + usage.completionTokens,
})
