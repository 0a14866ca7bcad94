/** What a request wants of the engine beside its answer. */
export interface EngineWishes {
  /** How long the model stays when it is idle, in milliseconds; absent: as configured. */
  readonly keepAliveMs?: number
  /** Told, before the engine begins, with how much context the model is open. */
  readonly onOpen?: (contextTokens: number) => void
}

/** The wishes of a decoded request; a model that is open with less context than wished is named in `warnings`. */
export const engineWishesOf = (
  { keepAliveMs, contextTokens }: { readonly keepAliveMs?: number; readonly contextTokens?: number },
  warnings: Set<string>,
): EngineWishes => ({
  ...(keepAliveMs === undefined ? {} : { keepAliveMs }),
  onOpen(openTokens) {
    if (contextTokens === undefined || contextTokens <= openTokens) return
    warnings.add(`The model is open with a context of ${openTokens} tokens, not ${contextTokens}.`)
  },
})
