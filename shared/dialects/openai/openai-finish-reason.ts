import type { FinishReason } from '@shared/inference/generation-event.ts'

/** OpenAI's word for each reason. */
const FINISH_REASON = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
} as const satisfies Record<FinishReason, string>

export const openaiFinishReason = (
  reason: FinishReason,
  usesLegacyFunctions = false,
): (typeof FINISH_REASON)[FinishReason] | 'function_call' =>
  reason === 'tool-calls' && usesLegacyFunctions ? 'function_call' : FINISH_REASON[reason]
