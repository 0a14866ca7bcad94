/** Real tokenizer counts. */
export interface Usage {
  readonly promptTokens: number
  /** Everything that the model wrote: text, reasoning and calls. */
  readonly completionTokens: number
  /** How many of the prompt's tokens were in the engine's cache already. */
  readonly cachedTokens: number
  /** How many of `completionTokens` were reasoning; absent: none. */
  readonly reasoningTokens?: number
}
