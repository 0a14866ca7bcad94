import type { FinishReason, GenerationTimings } from './generation-event.ts'
import type { Usage } from './usage.ts'

/** A whole answer, collected. */
export interface Generation {
  readonly text: string
  readonly reason: FinishReason
  /** The stop text that ended it; absent when none did. */
  readonly stopText?: string
  readonly usage: Usage
  readonly timings: GenerationTimings
}
