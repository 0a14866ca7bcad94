import type { ToolCall } from './generate-request.ts'
import type { GenerationFinish, TokenLogprob, ToolResult } from './generation-event.ts'

/** A whole answer, collected. */
export interface Generation extends Omit<GenerationFinish, 'type'> {
  readonly text: string
  /** What the model thought before; empty when it did not. */
  readonly reasoning: string
  /** Calls that the caller is to answer. */
  readonly toolCalls: readonly ToolCall[]
  /** Calls that tools of this node answered, in their order. */
  readonly toolResults: readonly ToolResult[]
  /** Of the text's tokens; absent when they were not asked for. */
  readonly logprobs?: readonly TokenLogprob[]
}
