import type { GenerationFinish } from '@shared/inference/generation-event.ts'

/** The figures of an answer that took several turns. */
export interface TurnTotals {
  add(finish: GenerationFinish): void
  /** The last turn's reason with the sums of all: every token was read or written for this answer. */
  finish(): GenerationFinish
}

export const createTurnTotals = (): TurnTotals => {
  let total: GenerationFinish | undefined
  return {
    add(finish) {
      total = total === undefined ? finish : sum(total, finish)
    },
    finish() {
      if (total === undefined) throw new Error('No turn has ended.')
      return total
    },
  }
}

const sum = (before: GenerationFinish, last: GenerationFinish): GenerationFinish => {
  const reasoningTokens = (before.usage.reasoningTokens ?? 0) + (last.usage.reasoningTokens ?? 0)
  const totalMs = (before.timings.totalMs ?? 0) + (last.timings.totalMs ?? 0)
  return {
    ...last,
    usage: {
      promptTokens: before.usage.promptTokens + last.usage.promptTokens,
      completionTokens: before.usage.completionTokens + last.usage.completionTokens,
      cachedTokens: before.usage.cachedTokens + last.usage.cachedTokens,
      ...(reasoningTokens === 0 ? {} : { reasoningTokens }),
    },
    timings: {
      prefillMs: before.timings.prefillMs + last.timings.prefillMs,
      decodeMs: before.timings.decodeMs + last.timings.decodeMs,
      ...(before.timings.loadMs === undefined ? {} : { loadMs: before.timings.loadMs }),
      ...(totalMs === 0 ? {} : { totalMs }),
    },
  }
}
