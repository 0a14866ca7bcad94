import type { Usage } from '@shared/inference/usage.ts'

/** Counts as Anthropic splits them: what came from the cache is not in `input_tokens`. */
export interface AnthropicUsage {
  readonly input_tokens: number
  readonly cache_creation_input_tokens: 0
  readonly cache_read_input_tokens: number
  readonly output_tokens: number
  /** Null when the model did not think. */
  readonly output_tokens_details: { readonly thinking_tokens: number } | null
  readonly server_tool_use: null
}

export const encodeAnthropicUsage = ({
  cachedTokens,
  completionTokens,
  promptTokens,
  reasoningTokens,
}: Usage): AnthropicUsage => ({
  input_tokens: promptTokens - cachedTokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: cachedTokens,
  output_tokens: completionTokens,
  output_tokens_details: reasoningTokens === undefined ? null : { thinking_tokens: reasoningTokens },
  server_tool_use: null,
})
