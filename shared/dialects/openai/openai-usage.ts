import type { GenerationFinish } from '@shared/inference/generation-event.ts'
import type { ReplyContext } from '../text-dialect.ts'

export interface OpenaiUsage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly prompt_tokens_details: { readonly cached_tokens: number; readonly audio_tokens: 0 }
  readonly completion_tokens_details: {
    readonly reasoning_tokens: number
    readonly audio_tokens: 0
    readonly accepted_prediction_tokens: 0
    readonly rejected_prediction_tokens: 0
  }
  /** LocalAI's, in milliseconds of the engine; only for those who ask. */
  readonly timing_prompt_processing?: number
  readonly timing_token_generation?: number
}

/** What an answer took. */
export type AnswerCost = Pick<GenerationFinish, 'usage' | 'timings'>

/** All answers of one request; a prompt that several of them share is counted once. */
export const encodeOpenaiUsage = (
  answers: readonly AnswerCost[],
  samplesPerPrompt: number,
  { includesTimings }: Pick<ReplyContext, 'includesTimings'>,
): OpenaiUsage => {
  const total = (read: (answer: AnswerCost) => number): number =>
    answers.reduce((sum, answer) => sum + read(answer), 0)
  const prompts = answers.filter((_, choice) => choice % samplesPerPrompt === 0)
  const promptTokens = prompts.reduce((sum, { usage }) => sum + usage.promptTokens, 0)
  const completionTokens = total(({ usage }) => usage.completionTokens)
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: {
      cached_tokens: prompts.reduce((sum, { usage }) => sum + usage.cachedTokens, 0),
      audio_tokens: 0,
    },
    completion_tokens_details: {
      reasoning_tokens: total(({ usage }) => usage.reasoningTokens ?? 0),
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
    ...(includesTimings
      ? {
          timing_prompt_processing: total(({ timings }) => timings.prefillMs),
          timing_token_generation: total(({ timings }) => timings.decodeMs),
        }
      : {}),
  }
}
