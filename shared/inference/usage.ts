/** Real tokenizer counts, but for `isUncounted`. */
export interface Usage {
  readonly promptTokens: number
  /** Everything that the model wrote: text, reasoning and calls. */
  readonly completionTokens: number
  /** How many of the prompt's tokens were in the engine's cache already. */
  readonly cachedTokens: number
  /** How many of `completionTokens` were reasoning; absent: none. */
  readonly reasoningTokens?: number
  /**
   * The server of a remote model told no counts, or was left before it did: `promptTokens` is what it had told by then (0:
   * nothing), `completionTokens` how many pieces of the answer came, each of one token at least.
   */
  readonly isUncounted?: true
}
