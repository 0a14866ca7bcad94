import { DEFAULT_SAMPLING } from '@shared/inference/default-sampling.ts'
import type { Sampling } from '@shared/inference/generate-request.ts'
import type { CompletionRequest } from '../completion-engine.ts'
import type { ServerPrompt } from './render-chat-prompt.ts'
import type { WireObject } from './wire-reply.ts'

/** A seed is 32 bits there, and this one means "draw one". */
const RANDOM_SEED = 0xff_ff_ff_ff

/** Of llama-server's numbers. */
const LARGEST_INTEGER = 2 ** 31 - 1

/**
 * The body of `/completion`. Everything that decides the answer is sent, so that no default of a server counts.
 * Progress is asked for because each report of it makes the server look whether we are still there: without, an abort
 * during a long prompt beside another answer goes unseen until the prompt is done.
 */
export const completionRequest = (
  request: CompletionRequest,
  prompt: ServerPrompt,
  contextTokens: number,
): WireObject => ({
  prompt,
  stream: true,
  return_progress: true,
  cache_prompt: true,
  n_predict: Math.min(request.maxTokens ?? -1, LARGEST_INTEGER),
  // Needed where we end the answer ourselves and no last event comes.
  timings_per_token: request.stop.length > 0,
  response_fields: ['stop', 'stop_type', 'truncated', 'timings', 'tokens_predicted', 'tokens_evaluated'],
  ...samplingFields(request.sampling, contextTokens),
})

const samplingFields = (sampling: Sampling, contextTokens: number): WireObject => {
  const drawn = { ...DEFAULT_SAMPLING, ...sampling }
  return {
    temperature: drawn.temperature,
    top_p: drawn.topP,
    top_k: Math.min(drawn.topK, LARGEST_INTEGER),
    min_p: drawn.minP,
    repeat_penalty: drawn.repeatPenalty,
    frequency_penalty: drawn.frequencyPenalty,
    presence_penalty: drawn.presencePenalty,
    repeat_last_n: Math.min(drawn.repeatLastTokens, contextTokens),
    seed: drawn.seed === undefined ? RANDOM_SEED : seedOf(drawn.seed),
    logit_bias: [...(drawn.logitBias ?? [])].map(([token, bias]) => [token, bias <= -100 ? false : bias]),
  }
}

const seedOf = (seed: number): number => {
  // Modulo 2³², also of what lies beyond 32 bits, where `>>>` alone would do for any other use.
  const wrapped = Math.trunc(seed) >>> 0
  return wrapped === RANDOM_SEED ? RANDOM_SEED - 1 : wrapped
}
