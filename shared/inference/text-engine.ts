import type { Embeddings, EmbedRequest } from './embed-request.ts'
import type { GenerateRequest } from './generate-request.ts'
import type { GenerationEvent } from './generation-event.ts'
import type { ModelCard, ModelId } from './model-card.ts'
import type { Ranking, RankRequest } from './rank-request.ts'

/** How a model is to be opened. */
export interface EngineLoadOptions {
  /** Tokens of context of each slot. */
  readonly contextTokens: number
  /** How many requests are worked on at the same time. */
  readonly slots: number
  /** CPU threads for this model. */
  readonly threads: number
}

/** A product that can run models (node-llama-cpp, llama-server). One per product. */
export interface TextEngineDriver {
  /** `node-llama-cpp`, `llama-server`. */
  readonly name: string
  /** Version of the product, as it names itself. */
  version(): Promise<string>
  /** Memory that this model will take when opened so, in bytes: weights, context and working buffers. */
  estimateBytes(card: ModelCard, options: EngineLoadOptions): number
  /**
   * Opens the model in a child process of its own. Rejects with `model_not_loadable` and the engine's own reason
   * (from its log) when the file cannot be opened, also when the child aborted over it.
   * @param signal gives up the load; the child is gone when the promise settles
   */
  load(card: ModelCard, options: EngineLoadOptions, signal: AbortSignal): Promise<TextEngine>
}

/**
 * One open model.
 *
 * The trap: a native abort kills the engine's process. Then every call in flight rejects with `engine_failed`, `exited`
 * resolves, and the engine is of no further use: load the model again.
 */
export interface TextEngine {
  readonly model: ModelId
  readonly driver: string
  /** Tokens of context of each slot. */
  readonly contextTokens: number
  readonly slots: number
  /** Process id of the child that holds the model. */
  readonly processId: number
  /**
   * Streams an answer. The first event comes when the prompt is in, so a refusal (prompt too long:
   * `context_length_exceeded`) is thrown before anything was sent. More calls than slots wait their turn, in order.
   * When `signal` fires the engine stops within a batch, also in the middle of the prompt, and the stream throws
   * the signal's reason. Leaving the loop early stops the engine the same way.
   *
   * With tools, the arguments of every call are valid JSON for the tool's schema, also when the model may choose; with
   * `output`, so is the text whenever the reason is `stop`. A schema that cannot be guaranteed is an `invalid_request`
   * that names the keyword. Images are refused by their `field` where the model cannot see.
   */
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<GenerationEvent>
  /**
   * The `promptTokens` that `generate` would start with, without waiting for a slot. A prompt that fills the context is
   * counted too, as long as its mere length does not rule it out (`context_length_exceeded`): counting is cheap, but not
   * free for those whose answers are being written.
   */
  countPromptTokens(request: Pick<GenerateRequest, 'prompt'>, signal: AbortSignal): Promise<number>
  /** Unit-length vectors. An input longer than the context: `context_length_exceeded`. */
  embed(request: EmbedRequest, signal: AbortSignal): Promise<Embeddings>
  /** Scores of a ranking model. @throws Fault `invalid_request` for other models, `context_length_exceeded` */
  rank(request: RankRequest, signal: AbortSignal): Promise<Ranking>
  /** Text as token ids; markers such as `<|im_end|>` in the text stay text. */
  tokenize(text: string): Promise<readonly number[]>
  /** Unknown token ids are an `invalid_request`, never an abort. */
  detokenize(tokens: readonly number[]): Promise<string>
  /** Resident bytes of the child now; 0 when it is gone. */
  residentBytes(): Promise<number>
  /** Resolves (never rejects) when the child is gone, with the reason. */
  readonly exited: Promise<string>
  /** Stops the child and waits until it is gone. Idempotent. */
  close(): Promise<void>
}
