import type { ModelCard, ModelId } from '@shared/inference/model-card.ts'

/** How a model is doing, as model-store sees it. */
export interface ModelState {
  readonly id: ModelId
  /** `unloaded`, `loading`, `ready`, `busy` or `error`. */
  readonly state: string
  /** ISO 8601 UTC; null when it was not used since it was loaded. */
  readonly lastUsedAt: string | null
  /** Null when it is not in memory. */
  readonly engine: string | null
  /** Of all its engines, as the ledger of model-store counts them; 0 when it is not in memory. */
  readonly memoryBytes: number
}

/** Engines that hold a model in memory, or are about to. */
export const isInMemory = ({ state }: Pick<ModelState, 'state'>): boolean => IN_MEMORY.includes(state)

const IN_MEMORY = ['ready', 'busy', 'loading']

/** What the router knows of the models of its node. */
export interface NodeModels {
  /** Undefined until model-store was reached once. */
  readonly cards: readonly ModelCard[] | undefined
  /** Asks model-store now. @throws Fault `unavailable` */
  refresh(): Promise<void>
  /** @throws Fault `unavailable` */
  states(): Promise<readonly ModelState[]>
}
