import type { FinishReason } from '@shared/inference/generation-event.ts'

/** OpenAI's word for each reason. */
export const OPENAI_FINISH_REASON = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
} as const satisfies Record<FinishReason, string>
