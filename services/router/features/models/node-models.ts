import type { ModelCard, ModelId } from '@shared/inference/model-card.ts'

/** How a model is doing, as model-store sees it. */
export interface ModelState {
  readonly id: ModelId
  /** `unloaded`, `loading`, `ready`, `busy` or `error`. */
  readonly state: string
  /** ISO 8601 UTC; null when it was not used since it was loaded. */
  readonly lastUsedAt: string | null
}

/** What the router knows of the models of its node. */
export interface NodeModels {
  /** Undefined until model-store was reached once. */
  readonly cards: readonly ModelCard[] | undefined
  /** Asks model-store now. @throws Fault `unavailable` */
  refresh(): Promise<void>
  /** @throws Fault `unavailable` */
  states(): Promise<readonly ModelState[]>
}
