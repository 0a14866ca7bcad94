import type { ModelId } from './model-card.ts'

export interface RankRequest {
  readonly model: ModelId
  readonly query: string
  readonly documents: readonly string[]
}

/** How well each document answers the query, in the order of the documents. */
export interface Ranking {
  /** 0…1, higher is better; of a ranking model its own, squeezed by the logistic function. */
  readonly scores: readonly number[]
  readonly promptTokens: number
}
