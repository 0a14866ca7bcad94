import { Fault } from '@shared/fault/fault.ts'
import { DEFAULT_SAMPLING } from '@shared/inference/default-sampling.ts'
import type { Sampling } from '@shared/inference/generate-request.ts'
import type { DrawingRules } from '../../policy/draw-token.ts'
import { TokenBias } from 'node-llama-cpp'
import type {
  LlamaContextSequenceRepeatPenalty,
  LlamaModel,
  SequenceEvaluateOptions,
  Token,
} from 'node-llama-cpp'
import type { ModelTokenizer } from './model-tokenizer.ts'
import type { ModelVocabulary } from './model-vocabulary.ts'

/** llama.cpp reads it as "draw a seed". */
const RANDOM_SEED = 0xff_ff_ff_ff
const BANNED = -100
/**
 * Where a grammar governs, it has the last word: a ban that leaves it nothing would leave the sampler nothing, which the
 * library does not survive.
 */
const BANNED_UNDER_GRAMMAR = -1e9
/**
 * Leaves the sampler out: undefined means 40, and 0 the whole vocabulary, sorted for each token (9 ms for 152k tokens).
 * The type does not know null, which the library drops before it builds its samplers.
 */
const WITHOUT_TOP_K = null as unknown as number

export interface SamplingParts {
  readonly model: LlamaModel
  readonly tokenizer: ModelTokenizer
  /** All tokens so far, prompt and answer: what the penalties look at. */
  readonly history: readonly Token[]
  readonly contextTokens: number
  readonly vocabulary: ModelVocabulary
  readonly hasGrammar: boolean
}

/** What is absent falls back to `DEFAULT_SAMPLING`. @throws Fault `invalid_request` */
export const samplingOptions = (sampling: Sampling, parts: SamplingParts): SequenceEvaluateOptions => {
  refuseMissing(sampling)
  const drawn = { ...DEFAULT_SAMPLING, ...sampling }
  const repeatPenalty = repeatPenaltyOf(drawn, parts)
  const tokenBias = tokenBiasOf(sampling, parts)
  return {
    temperature: drawn.temperature,
    topP: drawn.topP,
    topK: drawn.topK > 0 ? drawn.topK : WITHOUT_TOP_K,
    minP: drawn.minP,
    seed: seedOf(drawn.seed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0),
    ...(repeatPenalty === undefined ? {} : { repeatPenalty }),
    ...(tokenBias === undefined ? {} : { tokenBias }),
  }
}

/** What `samplingOptions` says, for draws of our own. */
export interface OwnDraws {
  readonly rules: DrawingRules
  readonly seed: number
  /** What the penalties look at. */
  readonly recentTokens: () => readonly Token[]
}

/** @throws as `samplingOptions` */
export const ownDraws = (sampling: Sampling, parts: SamplingParts): OwnDraws => {
  const { repeatPenalty, seed } = samplingOptions(sampling, parts)
  const punished = repeatPenalty?.punishTokens
  return {
    rules: { ...DEFAULT_SAMPLING, ...sampling, biases: tokenBiases(sampling, parts) },
    seed: seed ?? 0,
    recentTokens: typeof punished === 'function' ? punished : () => punished ?? [],
  }
}

/** 32 bits, and never the one that means "draw one". */
const seedOf = (seed: number): number => {
  // Also for seeds beyond 32 bits: `>>>` takes any number modulo 2³².
  const wrapped = Math.trunc(seed) >>> 0
  return wrapped === RANDOM_SEED ? RANDOM_SEED - 1 : wrapped
}

type Penalties = Required<
  Pick<Sampling, 'repeatPenalty' | 'frequencyPenalty' | 'presencePenalty' | 'repeatLastTokens'>
>

const repeatPenaltyOf = (
  drawn: Penalties,
  { history, contextTokens }: SamplingParts,
): LlamaContextSequenceRepeatPenalty | undefined => {
  const { repeatPenalty, frequencyPenalty, presencePenalty, repeatLastTokens } = drawn
  const isOff = repeatPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0
  if (isOff || repeatLastTokens === 0) return undefined
  // The sampler allocates as many places as it is told.
  const lookBack = repeatLastTokens < 0 ? contextTokens : Math.min(repeatLastTokens, contextTokens)
  return {
    penalty: repeatPenalty,
    frequencyPenalty,
    presencePenalty,
    punishTokens: () => history.slice(-lookBack),
    maxPunishTokens: lookBack,
  }
}

const tokenBiasOf = (sampling: Sampling, parts: SamplingParts): TokenBias | undefined => {
  const biases = tokenBiases(sampling, parts)
  return biases.size === 0 ? undefined : toTokenBias(parts.model, biases)
}

/** In the library's form. */
export const toTokenBias = (model: LlamaModel, biases: ReadonlyMap<Token, number>): TokenBias => {
  const tokenBias = new TokenBias(model.tokenizer)
  for (const [token, logit] of biases) {
    if (model.isEogToken(token)) biasEndOfAnswer(tokenBias, token, logit)
    else tokenBias.set(token, { logit })
  }
  return tokenBias
}

/** What is added to the logits. @throws Fault `invalid_request` */
export const tokenBiases = (
  { ignoresEndOfAnswer, logitBias }: Sampling,
  { hasGrammar, tokenizer, vocabulary }: SamplingParts,
): ReadonlyMap<Token, number> => {
  const banned = hasGrammar ? BANNED_UNDER_GRAMMAR : -Infinity
  const biases = new Map<Token, number>()
  for (const [id, bias] of logitBias ?? []) {
    const [token] = tokenizer.check([id], 'logit_bias')
    if (token !== undefined) biases.set(token, bias <= BANNED ? banned : bias)
  }
  if (ignoresEndOfAnswer === true) for (const token of vocabulary.endTokens()) biases.set(token, banned)
  return biases
}

const refuseMissing = ({ mirostat, typicalP }: Sampling): void => {
  if (typicalP !== undefined && typicalP < 1) throw missing('typical sampling', 'typical_p')
  if (mirostat !== undefined) throw missing('mirostat', 'mirostat')
}

const missing = (what: string, param: string): Fault =>
  new Fault(
    'invalid_request',
    `The engine node-llama-cpp has no ${what}. Leave out ${param}, or start the node with CHAT_ENGINE=llama-server.`,
    { param },
  )

/** `set` silently skips the tokens that end an answer; the table behind it does not mind them. */
const biasEndOfAnswer = (tokenBias: TokenBias, token: Token, logit: number): void => {
  const table: unknown = Reflect.get(tokenBias, '_biases')
  if (!(table instanceof Map))
    throw new Fault('invalid_request', `This engine cannot bias token ${token}, which ends an answer.`, {
      param: 'logit_bias',
    })
  table.set(token, logit)
}
