import type { EngineUsage } from '@shared/contracts/engine-usage.ts'
import type { ModelId } from '@shared/inference/model-card.ts'

/** What is asked of an engine that costs tokens. */
export type EngineTask = 'generate' | 'embed' | 'rerank'

/** One piece of an engine's work, when it is over. */
export interface EngineWork extends Omit<EngineUsage, 'visitId'> {
  readonly task: EngineTask
  /** Undefined for what did not come through the router. */
  readonly visitId: string | undefined
  /** From the request to the end. */
  readonly totalMs: number
  /** False: refused, failed, or its caller left; the figures are what it had taken by then. */
  readonly isFinished: boolean
}

/** Is told of all that engines do. Must not throw. */
export interface WorkObserver {
  /** A piece of work was asked for; `onEnd` will follow, whatever happens. */
  onBegin(): void
  /** Some tokens more of an answer that had begun, and how long they took together. */
  onTokens(model: ModelId, count: number, tookMs: number): void
  onEnd(work: EngineWork): void
}

export const tellAll = (observers: readonly WorkObserver[]): WorkObserver => ({
  onBegin() {
    for (const observer of observers) observer.onBegin()
  },
  onTokens(model, count, tookMs) {
    for (const observer of observers) observer.onTokens(model, count, tookMs)
  },
  onEnd(work) {
    for (const observer of observers) observer.onEnd(work)
  },
})
