/** The first block ends after so many bytes; each further block is a 24th longer than the one before it. */
const FIRST_BLOCK_BYTES = 256
const GROWTH = 24
/** With these lengths so many blocks reach beyond a megabyte. What comes after it is not looked at. */
export const MOST_BLOCKS = 128

/** A rough guess for text of all languages with the JSON around it, as in `request-cost.ts`. */
const BYTES_PER_TOKEN = 4

const measureBlocks = (): readonly number[] => {
  const ends: number[] = []
  let blockBytes = FIRST_BLOCK_BYTES
  let end = 0
  while (ends.length < MOST_BLOCKS) {
    end += blockBytes
    ends.push(end)
    // Whole numbers alone: all nodes of a cluster must cut at the same bytes.
    blockBytes += Math.floor(blockBytes / GROWTH)
  }
  return ends
}

/**
 * Where the blocks of a prompt end, in bytes. Longer blocks further down lose no more than a 24th of what two prompts
 * share, and keep the longest chain short.
 */
export const BLOCK_ENDS: readonly number[] = measureBlocks()

export const LARGEST_PREFIX_BYTES = BLOCK_ENDS[MOST_BLOCKS - 1] ?? 0

/** Tokens, roughly, of so many first blocks of a prompt. */
export const tokensOfBlocks = (count: number): number =>
  count === 0 ? 0 : Math.floor((BLOCK_ENDS[Math.min(count, MOST_BLOCKS) - 1] ?? 0) / BYTES_PER_TOKEN)
