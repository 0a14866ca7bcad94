/** A place in an engine where one request at a time is worked on, with what its cache holds. */
export interface SlotCache {
  readonly id: number
  /** Tokens whose evaluation is in the cache. */
  readonly tokens: readonly number[]
  /** Grows with every use of any slot; 0: never used. */
  readonly lastUse: number
}

export interface SlotChoice {
  readonly id: number
  /** How many tokens at the beginning of the prompt need no evaluation. */
  readonly reusedTokens: number
}

/**
 * Which free slot a prompt goes to:
 * 1. the one whose cache begins most like the prompt, if that is at least half of the cache or of the prompt: it goes on
 *    with the same conversation, or with one that has the same long beginning
 * 2. otherwise an empty one, the lowest id first: llama.cpp computes sequences with consecutive ids in one batch
 * 3. otherwise the one not used for the longest time. A few tokens in common (every chat begins with the same template)
 *    are no reason to overwrite another conversation.
 */
export const chooseSlot = (free: readonly SlotCache[], prompt: readonly number[]): SlotChoice | undefined => {
  const candidates = free.map((slot) => ({ slot, common: commonPrefixLength(slot.tokens, prompt) }))
  const chosen =
    // Covers 1 and 2: of an empty cache, nothing is at least half.
    best(
      candidates.filter(({ slot, common }) => common * 2 >= Math.min(slot.tokens.length, prompt.length)),
      (left, right) => right.common - left.common || left.slot.id - right.slot.id,
    ) ??
    best(candidates, (left, right) => left.slot.lastUse - right.slot.lastUse || left.slot.id - right.slot.id)
  if (chosen === undefined) return undefined
  // The last token has to be evaluated in any case: its logits give the first token of the answer.
  return { id: chosen.slot.id, reusedTokens: Math.max(0, Math.min(chosen.common, prompt.length - 1)) }
}

const best = <Item>(items: readonly Item[], compare: (left: Item, right: Item) => number): Item | undefined =>
  items.toSorted(compare)[0]

const commonPrefixLength = (left: readonly number[], right: readonly number[]): number => {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    if (left[index] !== right[index]) return index
  }
  return length
}
