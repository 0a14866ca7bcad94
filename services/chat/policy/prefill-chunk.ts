/** The most tokens that are computed at once, whatever the machine. */
export const LARGEST_BATCH_TOKENS = 512
/**
 * From this size on llama.cpp computes attention on a processor in tiles. Measured: a model of 256 thin layers reads 39
 * tokens a second in chunks of 32 and 340 in chunks of 64; a 0.5B model 106 and 134, 145 at best.
 */
export const TILE_TOKENS = 64
/** An abort takes effect between two chunks, and other answers wait that long for their next token. */
const CHUNK_MS = 800
/** For an engine whose speed is not known yet: less than a second for all but the slowest models. */
const FIRST_CHUNK_TOKENS = 8
/** How long the first tile may take, going by the speed below: once in the life of an engine. */
const FIRST_TILE_MS = 2500

/** Tokens a second, as last measured; absent before the first time. */
export interface ReadingSpeed {
  /** In chunks of less than a tile. */
  readonly small?: number
  /** In chunks of a tile or more. */
  readonly tiled?: number
}

export const measured = (speed: ReadingSpeed, tokens: number, elapsedMs: number): ReadingSpeed => {
  const tokensPerSecond = (tokens / elapsedMs) * 1000
  return tokens < TILE_TOKENS ? { ...speed, small: tokensPerSecond } : { ...speed, tiled: tokensPerSecond }
}

/**
 * How much of a prompt to compute at once, for there is no way to stop within a chunk:
 * 1. at first a few tokens, to learn how fast the model is
 * 2. then a tile, unless that would take too long even once
 * 3. then as many tiles as take 0.8 seconds, and if that is not one, as many tokens
 */
export const nextPrefillChunk = ({ small, tiled }: ReadingSpeed): number => {
  if (tiled !== undefined) {
    const tiles = Math.floor((tiled * CHUNK_MS) / 1000 / TILE_TOKENS)
    if (tiles >= 1) return Math.min(LARGEST_BATCH_TOKENS, tiles * TILE_TOKENS)
  }
  if (small === undefined) return FIRST_CHUNK_TOKENS
  if (tiled === undefined && (TILE_TOKENS / small) * 1000 <= FIRST_TILE_MS) return TILE_TOKENS
  return Math.min(TILE_TOKENS - 1, Math.max(1, Math.floor((small * CHUNK_MS) / 1000)))
}
