/** A token that may come next. */
export interface Candidate {
  readonly id: number
  /** As the model gave it. */
  readonly logit: number
}

/** How the next token is chosen, in llama.cpp's terms. */
export interface DrawingRules {
  /** 0 and below: the most likely. */
  readonly temperature: number
  /** 0 and below: off. */
  readonly topK: number
  readonly topP: number
  readonly minP: number
  readonly repeatPenalty: number
  readonly frequencyPenalty: number
  readonly presencePenalty: number
  /** Added to the logits; −∞ bans. */
  readonly biases: ReadonlyMap<number, number>
}

/**
 * Draws as llama.cpp's default chain of samplers does: biases, penalties, top k, top p, min p, temperature, then by chance.
 * @param recent how often each of the last tokens came, for the penalties
 * @param chance 0 ≤ chance < 1
 * @returns undefined when no candidate is left
 */
export const drawToken = (
  candidates: readonly Candidate[],
  rules: DrawingRules,
  recent: ReadonlyMap<number, number>,
  chance: number,
): number | undefined => {
  const changed = candidates
    .map(({ id, logit }) => ({
      id,
      logit: penalised(logit, recent.get(id), rules) + (rules.biases.get(id) ?? 0),
    }))
    .filter(({ logit }) => logit > -Infinity)
    .toSorted((one, other) => other.logit - one.logit || one.id - other.id)
  if (rules.temperature <= 0) return changed[0]?.id
  return pick(cut(changed, rules), rules.temperature, chance)
}

/** A negative logit is multiplied where a positive one is divided, or the penalty would make it likelier. */
const penalised = (logit: number, count: number | undefined, rules: DrawingRules): number => {
  if (count === undefined) return logit
  const repeated = logit <= 0 ? logit * rules.repeatPenalty : logit / rules.repeatPenalty
  return repeated - count * rules.frequencyPenalty - rules.presencePenalty
}

/** @param sorted the likeliest first; that one always stays */
const cut = (sorted: readonly Candidate[], { minP, topK, topP }: DrawingRules): readonly Candidate[] => {
  const top = topK > 0 ? sorted.slice(0, topK) : sorted
  const nucleus = topP < 1 ? top.slice(0, nucleusSize(top, topP)) : top
  if (minP <= 0) return nucleus
  const least = (nucleus[0]?.logit ?? 0) + Math.log(minP)
  return nucleus.filter(({ logit }, index) => index === 0 || logit >= least)
}

/** How many it takes until their probabilities add up to `topP`. */
const nucleusSize = (sorted: readonly Candidate[], topP: number): number => {
  const weights = weightsOf(sorted, 1)
  const wanted = topP * sumOf(weights)
  let sum = 0
  const last = weights.findIndex((weight) => (sum += weight) >= wanted)
  return last === -1 ? sorted.length : last + 1
}

const pick = (sorted: readonly Candidate[], temperature: number, chance: number): number | undefined => {
  const weights = weightsOf(sorted, temperature)
  let left = chance * sumOf(weights)
  const drawn = sorted.find((_candidate, index) => (left -= weights[index] ?? 0) < 0)
  // Sums of fractions may come out a little short.
  return (drawn ?? sorted.at(-1))?.id
}

/** Proportional to the probabilities. */
const weightsOf = (sorted: readonly Candidate[], temperature: number): readonly number[] => {
  const highest = sorted[0]?.logit ?? 0
  return sorted.map(({ logit }) => Math.exp((logit - highest) / temperature))
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0)
