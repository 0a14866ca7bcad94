import type { Usage } from '@shared/inference/usage.ts'

export interface OpenaiUsage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly prompt_tokens_details: { readonly cached_tokens: number; readonly audio_tokens: 0 }
  readonly completion_tokens_details: {
    readonly reasoning_tokens: 0
    readonly audio_tokens: 0
    readonly accepted_prediction_tokens: 0
    readonly rejected_prediction_tokens: 0
  }
}

/** All answers of one request; a prompt that several of them share is counted once. */
export const encodeOpenaiUsage = (usages: readonly Usage[], samplesPerPrompt: number): OpenaiUsage => {
  let promptTokens = 0
  let completionTokens = 0
  let cachedTokens = 0
  usages.forEach((usage, choice) => {
    completionTokens += usage.completionTokens
    if (choice % samplesPerPrompt !== 0) return
    promptTokens += usage.promptTokens
    cachedTokens += usage.cachedTokens
  })
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}
