import type { FinishReason, GenerationFinish } from '@shared/inference/generation-event.ts'

/** Why an answer ended, in Anthropic's words. */
export interface AnthropicStop {
  readonly stop_reason:
    | 'end_turn'
    | 'max_tokens'
    | 'stop_sequence'
    | 'tool_use'
    | 'model_context_window_exceeded'
    | null
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

export const encodeAnthropicStop = (
  end: Pick<GenerationFinish, 'reason' | 'rawReason' | 'stopText'>,
): AnthropicStop => ({
  stop_reason: stopReasonOf(end),
  stop_sequence: end.stopText ?? null,
  stop_details: null,
  container: null,
})

const stopReasonOf = ({
  rawReason,
  reason,
  stopText,
}: Parameters<typeof encodeAnthropicStop>[0]): AnthropicStop['stop_reason'] => {
  if (stopText !== undefined) return 'stop_sequence'
  return rawReason === 'context-full' ? 'model_context_window_exceeded' : STOP_REASON[reason]
}
