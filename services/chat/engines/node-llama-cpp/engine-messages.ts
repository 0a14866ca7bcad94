import type { WireFault } from '@shared/fault/fault-wire.ts'
import type { EmbedInput, Embeddings } from '@shared/inference/embed-request.ts'
import type { ChatPrompt, Prompt } from '@shared/inference/generate-request.ts'
import type { Ranking } from '@shared/inference/rank-request.ts'
import type { CompletionEvent, CompletionRequest } from '../completion-engine.ts'
import type { PairsToRank } from './ranker.ts'

/** What the engine process is to open. */
export interface LoadPlan {
  readonly modelPath: string
  /** For messages to people. */
  readonly modelName: string
  readonly contextTokens: number
  readonly slots: number
  readonly threads: number
  readonly accelerator: 'cpu' | 'auto'
  /** Whether to map the file into memory rather than to read it. */
  readonly isFileMapped: boolean
  readonly canChat: boolean
  readonly canEmbed: boolean
  readonly canRank: boolean
}

/** What the service tells the engine process, one message each. `call` numbers a request. */
export type EngineOrder =
  | { readonly type: 'load'; readonly plan: LoadPlan }
  | { readonly type: 'complete'; readonly call: number; readonly request: CompletionRequest }
  | { readonly type: 'render'; readonly call: number; readonly prompt: ChatPrompt }
  | { readonly type: 'count'; readonly call: number; readonly prompt: Prompt }
  | { readonly type: 'embed'; readonly call: number; readonly inputs: readonly EmbedInput[] }
  | { readonly type: 'rank'; readonly call: number; readonly pairs: PairsToRank }
  | { readonly type: 'tokenize'; readonly call: number; readonly text: string }
  | { readonly type: 'detokenize'; readonly call: number; readonly tokens: readonly number[] }
  /** The client has taken this many more events of a generation. */
  | { readonly type: 'consumed'; readonly call: number; readonly events: number }
  /** Nobody waits for this call any more; nothing is reported of it from now on. */
  | { readonly type: 'abort'; readonly call: number }
  | { readonly type: 'ping' }

/** What the engine process tells the service. */
export type EngineReport =
  | { readonly type: 'ready'; readonly contextTokens: number }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'event'; readonly call: number; readonly event: CompletionEvent }
  | { readonly type: 'rendered'; readonly call: number; readonly text: string }
  | { readonly type: 'counted'; readonly call: number; readonly promptTokens: number }
  | { readonly type: 'embedded'; readonly call: number; readonly embeddings: Embeddings }
  | { readonly type: 'ranked'; readonly call: number; readonly ranking: Ranking }
  | { readonly type: 'tokenized'; readonly call: number; readonly tokens: readonly number[] }
  | { readonly type: 'detokenized'; readonly call: number; readonly text: string }
  /** The call failed; no more reports of it. */
  | { readonly type: 'refused'; readonly call: number; readonly fault: WireFault }
  | { readonly type: 'pong' }

/** One message of the engine process: everything of one turn of its event loop, in order. */
export type EngineReports = readonly EngineReport[]

/** Events of one generation that may be on their way: beyond, the engine waits for the client to read. */
export const MOST_UNREAD_EVENTS = 64
