import { DEFAULT_SAMPLING } from '@shared/inference/default-sampling.ts'
import type { Sampling } from '@shared/inference/generate-request.ts'
import type { CompletionGrammar, CompletionRequest, GrammarTrigger } from '../completion-engine.ts'
import type { ServerPrompt } from './render-chat-prompt.ts'
import type { WireObject } from './wire-reply.ts'

/** A seed is 32 bits there, and this one means "draw one". */
const RANDOM_SEED = 0xff_ff_ff_ff

/** Of llama-server's numbers. */
const LARGEST_INTEGER = 2 ** 31 - 1

/** As good as none; but where a grammar leaves no other token this one is drawn, and with `false` an answer would break. */
const BANNED_BIAS = -1e30

/** Of `common_grammar_trigger_type`: looked for anywhere in the answer so far. */
const PATTERN_TRIGGER = 2

/**
 * The body of `/completion`. Everything that decides the answer is sent, so that no default of a server counts.
 * Progress is asked for because each report of it makes the server look whether we are still there: without, an abort
 * during a long prompt beside another answer goes unseen until the prompt is done.
 * @param model how long its context is, and which of its tokens end an answer (needed where the request ignores the end)
 */
export const completionRequest = (
  request: CompletionRequest,
  prompt: ServerPrompt,
  { contextTokens, endTokens }: { readonly contextTokens: number; readonly endTokens: readonly number[] },
): WireObject => ({
  prompt,
  stream: true,
  return_progress: true,
  cache_prompt: true,
  n_predict: Math.min(request.maxTokens ?? -1, LARGEST_INTEGER),
  // Needed where we end the answer ourselves and no last event comes.
  timings_per_token: request.stop.length > 0,
  response_fields: ['stop', 'stop_type', 'truncated', 'timings', 'tokens_predicted', 'tokens_evaluated'],
  // It tells of no probability at all unless it tells that of another token too.
  n_probs: request.logprobs === undefined ? 0 : Math.max(1, request.logprobs),
  post_sampling_probs: false,
  preserved_tokens: request.visibleMarkers.map((marker) => marker.toWellFormed()),
  ...samplingFields(request.sampling, contextTokens),
  logit_bias: biases(request.sampling, endTokens),
  ...(request.grammar === undefined ? {} : grammarFields(request.grammar)),
})

const samplingFields = (sampling: Sampling, contextTokens: number): WireObject => {
  const drawn = { ...DEFAULT_SAMPLING, ...sampling }
  return {
    temperature: drawn.temperature,
    top_p: drawn.topP,
    top_k: Math.min(drawn.topK, LARGEST_INTEGER),
    min_p: drawn.minP,
    typical_p: drawn.typicalP ?? 1,
    mirostat: drawn.mirostat?.version ?? 0,
    mirostat_tau: drawn.mirostat?.tau ?? 5,
    mirostat_eta: drawn.mirostat?.eta ?? 0.1,
    repeat_penalty: drawn.repeatPenalty,
    frequency_penalty: drawn.frequencyPenalty,
    presence_penalty: drawn.presencePenalty,
    repeat_last_n: lookBack(drawn.repeatLastTokens, contextTokens),
    seed: drawn.seed === undefined ? RANDOM_SEED : seedOf(drawn.seed),
  }
}

/** The end of an answer is ignored by a bias too, not by the server's `ignore_eos`: that is a ban, which a grammar cannot lift. */
const biases = (
  { ignoresEndOfAnswer, logitBias }: Sampling,
  endTokens: readonly number[],
): readonly (readonly [token: number, bias: number])[] => [
  ...[...(logitBias ?? [])].map(([token, bias]) => [token, bias <= -100 ? BANNED_BIAS : bias] as const),
  ...(ignoresEndOfAnswer === true ? endTokens.map((token) => [token, BANNED_BIAS] as const) : []),
]

/** A negative one means all tokens there are. */
const lookBack = (tokens: number, contextTokens: number): number =>
  tokens < 0 ? contextTokens : Math.min(tokens, contextTokens)

const seedOf = (seed: number): number => {
  // Modulo 2³², also of what lies beyond 32 bits, where `>>>` alone would do for any other use.
  const wrapped = Math.trunc(seed) >>> 0
  return wrapped === RANDOM_SEED ? RANDOM_SEED - 1 : wrapped
}

const grammarFields = ({ gbnf, triggers }: CompletionGrammar): WireObject => ({
  grammar: gbnf.toWellFormed(),
  grammar_lazy: triggers !== undefined,
  ...(triggers === undefined ? {} : { grammar_triggers: triggers.map(wireTrigger) }),
})

/**
 * A text goes as a pattern too. The server's own kind for words looks at single tokens where there is one for the word, and
 * so misses it when the model writes it in pieces. That it counts only outside of the reasoning cannot be said there: the
 * regular expressions of C++ recurse for every character, and a long answer would end the server.
 */
const wireTrigger = (trigger: GrammarTrigger): WireObject => ({
  type: PATTERN_TRIGGER,
  value:
    trigger.type === 'text' ? literalPattern(trigger.text.toWellFormed()) : trigger.pattern.toWellFormed(),
})

const literalPattern = (text: string): string => text.replaceAll(/[.^$|()*+?[\]{}\\]/g, String.raw`\$&`)
