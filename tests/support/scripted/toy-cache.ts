/** Remembers what was read and written last in each slot. */
export interface ToyCache {
  /** How many tokens of a prompt are known, but never the last: it has to be read for the answer to come. */
  find(prompt: readonly number[]): number
  keep(tokens: readonly number[]): void
}

export const createToyCache = (slots: number): ToyCache => {
  let kept: readonly (readonly number[])[] = []
  return {
    find: (prompt) =>
      Math.min(prompt.length - 1, Math.max(0, ...kept.map((known) => sameStart(known, prompt)))),
    keep(tokens) {
      kept = [tokens, ...kept].slice(0, slots)
    },
  }
}

const sameStart = (left: readonly number[], right: readonly number[]): number => {
  const first = right.findIndex((token, index) => token !== left[index])
  return first === -1 ? right.length : first
}
