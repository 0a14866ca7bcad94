import type { Fault } from '@shared/fault/fault.ts'

export interface ScriptedCall {
  readonly id: string
  readonly name: string
  /** Pieces of its arguments, one token each; together the JSON of an object. */
  readonly arguments: readonly string[]
}

/** What the scripted engine does with one request. */
export interface Script {
  /** Pieces of what the model thinks first, one token each. */
  readonly reasoning?: readonly string[]
  /** Pieces of the answer, one token each. */
  readonly pieces?: readonly string[]
  /** Calls after the text; the name of each costs one token too. */
  readonly toolCalls?: readonly ScriptedCall[]
  /** The stop text that ends the answer after its last piece. */
  readonly stopText?: string
  /** Thrown before the first event. */
  readonly refuses?: Fault
  /** Thrown after this many tokens. */
  readonly failsAfter?: number
  /** Waits here before each token; the test lets go. */
  readonly gate?: (signal: AbortSignal) => Promise<void>
}
