import type { ModelId } from './model-card.ts'

export type EmbedInput =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tokens'; readonly tokens: readonly number[] }

export interface EmbedRequest {
  readonly model: ModelId
  readonly inputs: readonly EmbedInput[]
}

/** One unit-length vector for each input, in their order. */
export interface Embeddings {
  readonly vectors: readonly Float32Array[]
  readonly promptTokens: number
}
