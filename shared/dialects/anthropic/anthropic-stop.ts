import type { FinishReason } from '@shared/inference/generation-event.ts'

/** Why an answer ended, in Anthropic's words. */
export interface AnthropicStop {
  readonly stop_reason: 'end_turn' | 'max_tokens' | 'stop_sequence' | 'tool_use' | null
  readonly stop_sequence: string | null
  readonly stop_details: null
  readonly container: null
}

/** Of an answer that is still being written. */
export const ANTHROPIC_GOES_ON: AnthropicStop = {
  stop_reason: null,
  stop_sequence: null,
  stop_details: null,
  container: null,
}

const STOP_REASON = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
} as const satisfies Record<FinishReason, string>

export const encodeAnthropicStop = (end: {
  readonly reason: FinishReason
  readonly stopText?: string
}): AnthropicStop => ({
  stop_reason: end.stopText === undefined ? STOP_REASON[end.reason] : 'stop_sequence',
  stop_sequence: end.stopText ?? null,
  stop_details: null,
  container: null,
})
