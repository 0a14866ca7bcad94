import { BLOCK_ENDS } from './prefix-blocks.ts'
import { PromptBytes } from './prompt-bytes.ts'

/**
 * Fingerprints of a prompt's beginning: the hash of its first block, of its first two, and so on. Two prompts share as
 * many blocks as their chains share hashes. Where blocks end is the same for all prompts: `prefix-blocks.ts`.
 */
export interface PrefixChain {
  /** Whole numbers from 0 up to 2^53 − 1. */
  readonly hashes: readonly number[]
}

/** @returns a whole number from 0 up to 2^53 − 1, the same on every machine */
export type HashBytes = (bytes: Uint8Array, seed: number) => number

/**
 * Reads the chain of a JSON body without parsing it.
 * @param fields at the top level that the model sees, in the order in which it sees them
 * @returns undefined when there is no whole block, or the body is no JSON object
 */
export class PrefixReader {
  private readonly prompt = new PromptBytes()

  constructor(private readonly hash: HashBytes) {}

  read(body: Uint8Array, fields: readonly string[]): PrefixChain | undefined {
    const bytes = this.prompt.read(body, fields)
    const hashes: number[] = []
    let start = 0
    let seed = 0
    for (const end of BLOCK_ENDS) {
      // The last block is not whole yet: it will be another one when the conversation has grown.
      if (end > bytes.length) break
      seed = this.hash(bytes.subarray(start, end), seed)
      hashes.push(seed)
      start = end
    }
    return hashes.length === 0 ? undefined : { hashes }
  }
}
