/** The most tokens that are computed at once, whatever the machine. */
export const LARGEST_BATCH_TOKENS = 512
/** An abort takes effect between two chunks, and other answers wait that long for their next token. */
const CHUNK_MS = 800
/** For an engine whose speed is not known yet: less than a second even for a model that reads 10 tokens a second. */
const FIRST_CHUNK_TOKENS = 8
/** Batches that are not a multiple of this are computed with a slower remainder. */
const EVEN_TOKENS = 32

/**
 * How much of a prompt to compute at once. Measured with a 0.5B model on one core: 64 tokens cost 7 % of the speed of 512,
 * and there is no way to stop within a chunk.
 * @param tokensPerSecond reading speed of the last chunk; undefined before the first
 */
export const nextPrefillChunk = (tokensPerSecond: number | undefined): number => {
  if (tokensPerSecond === undefined) return FIRST_CHUNK_TOKENS
  const tokens = Math.floor((tokensPerSecond * CHUNK_MS) / 1000)
  const even = tokens < EVEN_TOKENS ? tokens : tokens - (tokens % EVEN_TOKENS)
  return Math.min(LARGEST_BATCH_TOKENS, Math.max(1, even))
}
