/** Real tokenizer counts. */
export interface Usage {
  readonly promptTokens: number
  readonly completionTokens: number
  /** How many of the prompt's tokens were in the engine's cache already. */
  readonly cachedTokens: number
}
