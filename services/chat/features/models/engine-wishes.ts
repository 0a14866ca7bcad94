/** What a request wants of the engine beside its answer. */
export interface EngineWishes {
  /** How long the model stays when it is idle, in milliseconds; absent: as configured. */
  readonly keepAliveMs?: number
  /** Told, before the engine begins, with how much context the model is open. */
  readonly onOpen?: (contextTokens: number) => void
  /** MCP servers of this node whose tools the model may use. */
  readonly mcpServers?: readonly string[] | 'all'
  /** Told what is not as the caller wished, one sentence each. */
  readonly onWarnings?: (warnings: readonly string[]) => void
  /** For which visit the engine works; undefined when nobody has to know. */
  readonly visitId?: string | undefined
}

/** The wishes of a decoded request; a model that is open with less context than wished is named in `warnings`. */
export const engineWishesOf = (
  {
    contextTokens,
    keepAliveMs,
    mcpServers,
  }: Pick<EngineWishes, 'keepAliveMs' | 'mcpServers'> & { readonly contextTokens?: number },
  warnings: Set<string>,
): EngineWishes => ({
  ...(keepAliveMs === undefined ? {} : { keepAliveMs }),
  ...(mcpServers === undefined ? {} : { mcpServers }),
  onWarnings(sentences) {
    for (const sentence of sentences) warnings.add(sentence)
  },
  onOpen(openTokens) {
    if (contextTokens === undefined || contextTokens <= openTokens) return
    warnings.add(`The model is open with a context of ${openTokens} tokens, not ${contextTokens}.`)
  },
})
