import type { ToolCall } from './generate-request.ts'
import type { Usage } from './usage.ts'

/** Why the answer ended: the model was done (or a stop string came), the token budget or the context ran out, or it calls tools. */
export type FinishReason = 'stop' | 'length' | 'tool-calls'

/** Measured by the engine, in milliseconds. */
export interface GenerationTimings {
  /** From the engine's taking the request up to the first token. */
  readonly prefillMs: number
  readonly decodeMs: number
  /** From the request to the open model, and to the end of the answer; the service measures them, engines do not. */
  readonly loadMs?: number
  readonly totalMs?: number
}

/** A token and how likely the model found it, before any sampling. */
export interface TokenChance {
  readonly id: number
  readonly text: string
  /** Its bytes: a token can be a part of a character. */
  readonly bytes: readonly number[]
  /** Natural logarithm of the probability. */
  readonly logprob: number
}

export interface TokenLogprob extends TokenChance {
  /** The most likely tokens of this place, most likely first. */
  readonly top: readonly TokenChance[]
}

/** What a tool of this node answered to a call of the model's. */
export interface ToolResult {
  readonly call: ToolCall
  /** What the model was told. */
  readonly output: string
  readonly isError: boolean
}

/** The last event of an answer. */
export interface GenerationFinish {
  readonly type: 'generation-finish'
  readonly reason: FinishReason
  /** The engine's own word for it (`eos`, `stop-string`, `max-tokens`, `context-full`, `tool-calls`). */
  readonly rawReason: string
  /** The entry of the request's `stop` that ended the answer; absent when none did. */
  readonly stopText?: string
  readonly usage: Usage
  readonly timings: GenerationTimings
}

/**
 * What an engine streams, in this order: one `generation-start` (the prompt is in, nothing refused it), any number of
 * deltas, one `generation-finish`. A failure is thrown, never an event.
 *
 * Each call is told whole before the next begins: one `tool-call-start`, any number of `tool-call-delta` whose texts
 * together are the JSON of an object, one `tool-call-end` (missing only where the token budget cut the call off).
 * `index` counts the calls of the answer from 0. `tokens` is how many tokens of the answer an event brings.
 */
export type GenerationEvent =
  | { readonly type: 'generation-start'; readonly promptTokens: number; readonly cachedTokens: number }
  | { readonly type: 'reasoning-delta'; readonly text: string; readonly tokens: number }
  | {
      readonly type: 'text-delta'
      readonly text: string
      readonly tokens: number
      /** Only when the request asked for it. */
      readonly logprobs?: readonly TokenLogprob[]
    }
  | {
      readonly type: 'tool-call-start'
      readonly index: number
      readonly id: string
      readonly name: string
      readonly tokens: number
    }
  | {
      readonly type: 'tool-call-delta'
      readonly index: number
      readonly text: string
      readonly tokens: number
    }
  | { readonly type: 'tool-call-end'; readonly index: number }
  /** A tool of this node was called and answered; no engine sends it, the tool loop of the service does. */
  | { readonly type: 'tool-result'; readonly result: ToolResult }
  | GenerationFinish
