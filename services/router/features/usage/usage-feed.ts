import type { EngineUsage } from '@shared/contracts/engine-usage.ts'

/**
 * What the engines of this node use, as their services tell it.
 *
 * Each piece of work is told once, when it ends, and a visit may be several pieces: add them up by `visitId`, which is
 * `Visit.visitId` (never the request id: clients may choose that, and two may choose the same). A piece comes around the
 * end of its reply, a little before or after it; those of a background response come when it is written, which may be
 * hours after its visit. What a service had not told when it died is lost.
 */
export interface UsageFeed {
  /** Listeners are called one after the other and must not throw. The returned function ends it. */
  onUse(listener: (usage: EngineUsage) => void): () => void
}
