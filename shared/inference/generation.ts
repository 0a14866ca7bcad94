import type { FinishReason, GenerationTimings } from './generation-event.ts'
import type { Usage } from './usage.ts'

/** A whole answer, collected. */
export interface Generation {
  readonly text: string
  readonly reason: FinishReason
  readonly usage: Usage
  readonly timings: GenerationTimings
}
