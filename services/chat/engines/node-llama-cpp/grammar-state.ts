import { Fault } from '@shared/fault/fault.ts'
import type { LlamaGrammarEvaluationState, LlamaModel, Token } from 'node-llama-cpp'

/** How far an answer has come in its grammar. */
export interface GrammarState {
  /** For the sampler, which accepts the tokens that it draws. */
  readonly evaluation: LlamaGrammarEvaluationState
  allows(token: number): boolean
  /** For tokens that no sampler drew. @returns whether the grammar allows it; if not, this state is of no further use */
  accept(token: number): boolean
}

/** What the library's sampler itself calls; it shows neither to its users. */
interface NativeSampler {
  canBeNextTokenForGrammarEvaluationState(state: unknown, token: number): boolean
  acceptGrammarEvaluationStateToken(state: unknown, token: number): void
}

export const createGrammarState = (
  model: LlamaModel,
  evaluation: LlamaGrammarEvaluationState,
): GrammarState => {
  const sampler = nativeSamplerOf(model)
  const state: unknown = Reflect.get(evaluation, '_state')
  return {
    evaluation,
    allows: (token) => sampler.canBeNextTokenForGrammarEvaluationState(state, token),
    accept(token) {
      // The engine aborts over a token that ends an answer before the grammar does. An id is all that is asked of a token.
      if (model.isEogToken(token as Token)) return false
      try {
        sampler.acceptGrammarEvaluationStateToken(state, token)
        return true
      } catch {
        return false
      }
    },
  }
}

const nativeSamplerOf = (model: LlamaModel): NativeSampler => {
  const bindings: unknown = Reflect.get(model.llama, '_bindings')
  const sampler: unknown = isObject(bindings) ? Reflect.get(bindings, 'AddonSampler') : undefined
  if (!isNativeSampler(sampler))
    throw new Fault('internal', 'This version of node-llama-cpp keeps its grammars elsewhere.')
  return sampler
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' || typeof value === 'function') && value !== null

const isNativeSampler = (value: unknown): value is NativeSampler =>
  isObject(value) &&
  'canBeNextTokenForGrammarEvaluationState' in value &&
  'acceptGrammarEvaluationStateToken' in value
