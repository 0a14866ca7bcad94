import type { EngineUsage } from '@shared/contracts/engine-usage.ts'
import { NewestEntries } from '../../policy/newest-entries.ts'
import type { UsageFeed } from './usage-feed.ts'

/** All that engines did for one visit. */
export type VisitTotals = Pick<
  EngineUsage,
  'promptTokens' | 'cachedTokens' | 'completionTokens' | 'reasoningTokens' | 'firstTokenMs'
>

/** Work in the background is told of when nobody asks for its visit any more; it goes with the oldest. */
const MOST_VISITS = 10_000

export interface VisitUsage {
  /** What is known by now, and forgotten then; undefined when no engine did anything. */
  take(visitId: string): VisitTotals | undefined
}

/** Adds up what engines do for each visit, until somebody takes it. */
export const createVisitUsage = (feed: UsageFeed): VisitUsage => {
  const totals = new NewestEntries<VisitTotals>(MOST_VISITS)
  feed.onUse((usage) => {
    const known = totals.get(usage.visitId)
    totals.set(usage.visitId, known === undefined ? usage : sum(known, usage))
  })
  return {
    take: (visitId) => totals.remove(visitId),
  }
}

const sum = (known: VisitTotals, more: VisitTotals): VisitTotals => ({
  promptTokens: known.promptTokens + more.promptTokens,
  cachedTokens: known.cachedTokens + more.cachedTokens,
  completionTokens: known.completionTokens + more.completionTokens,
  reasoningTokens: known.reasoningTokens + more.reasoningTokens,
  firstTokenMs: earlier(known.firstTokenMs, more.firstTokenMs),
})

const earlier = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.min(one, other)
