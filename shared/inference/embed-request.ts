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
  /** In milliseconds, from the request to the open model and to the vectors; the service measures them, engines do not. */
  readonly timings?: { readonly loadMs: number; readonly totalMs: number }
}
