import type { EngineLoadOptions } from '@shared/inference/text-engine.ts'

export interface LoadWishes {
  /** Tokens of context of each slot that the operator wants. */
  readonly contextTokens: number
  readonly slots: number
  readonly threads: number
}

/** Below this a chat is of little use: no plan goes lower, unless the model itself was trained for less. */
const LEAST_CONTEXT_TOKENS = 2048

/**
 * How to open a model, best plan first. When the first does not fit into the node's memory the next one is tried:
 * half the context again and again down to 2048 tokens, then a single slot.
 */
export const planLoad = (trainedContextTokens: number, wishes: LoadWishes): readonly EngineLoadOptions[] => {
  const widest = Math.min(wishes.contextTokens, trainedContextTokens)
  const least = Math.min(LEAST_CONTEXT_TOKENS, widest)
  const plans: EngineLoadOptions[] = []
  for (let contextTokens = widest; contextTokens > least; contextTokens = Math.floor(contextTokens / 2)) {
    plans.push({ contextTokens, slots: wishes.slots, threads: wishes.threads })
  }
  plans.push({ contextTokens: least, slots: wishes.slots, threads: wishes.threads })
  if (wishes.slots > 1) plans.push({ contextTokens: least, slots: 1, threads: wishes.threads })
  return plans
}
