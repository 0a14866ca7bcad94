import type { Usage } from './usage.ts'

/** Why the answer ended: the model was done (or a stop string came), or the token budget ran out. */
export type FinishReason = 'stop' | 'length'

/** Measured by the engine, in milliseconds. */
export interface GenerationTimings {
  /** From the engine's taking the request up to the first token. */
  readonly prefillMs: number
  readonly decodeMs: number
  /** From the request to the open model, and to the end of the answer; the service measures them, engines do not. */
  readonly loadMs?: number
  readonly totalMs?: number
}

/**
 * What an engine streams, in this order: one `generation-start` (the prompt is in, nothing refused it),
 * any number of `text-delta`, one `generation-finish`. A failure is thrown, never an event.
 */
export type GenerationEvent =
  | { readonly type: 'generation-start'; readonly promptTokens: number; readonly cachedTokens: number }
  | { readonly type: 'text-delta'; readonly text: string; readonly tokens: number }
  | {
      readonly type: 'generation-finish'
      readonly reason: FinishReason
      /** The engine's own word for it (`eos`, `stop-string`, `max-tokens`, `context-full`). */
      readonly rawReason: string
      /** The entry of the request's `stop` that ended the answer; absent when none did. */
      readonly stopText?: string
      readonly usage: Usage
      readonly timings: GenerationTimings
    }
