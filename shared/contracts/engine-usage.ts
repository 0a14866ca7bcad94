import type { ModelId } from '@shared/inference/model-card.ts'

/**
 * GET, on the socket of a service that has engines: a stream of lines, each the JSON of one `EngineUsage`. An empty line is
 * a sign of life. One reader at a time: the newest takes over. A service without engines has no such route (404).
 */
export const USAGE_ROUTE = '/_skein/usage'

/** How often a feed says something at least. */
export const USAGE_SIGN_OF_LIFE_MS = 15_000

/**
 * What one piece of work of an engine took: a generation, a list of embeddings, a ranking. One request may be several
 * pieces (`n` choices, rounds of tools): they add up. Also told of work that was broken off, with what it had taken by
 * then. Times in milliseconds, counts in tokens of the model.
 */
export interface EngineUsage {
  /** Of the visit that asked for it: what the router wrote into `INTERNAL_HEADER.visit`. */
  readonly visitId: string
  readonly model: ModelId
  readonly promptTokens: number
  /** How many of `promptTokens` were in the engine's cache already. */
  readonly cachedTokens: number
  /** Everything that the model wrote. */
  readonly completionTokens: number
  /** How many of `completionTokens` were reasoning. */
  readonly reasoningTokens: number
  /** From the service's getting the request to the first token, loading included; null when there was none. */
  readonly firstTokenMs: number | null
  readonly decodeMs: number
  /** Until the engine was open; next to nothing when it was already. */
  readonly loadMs: number
}
