import type { TokenChance, TokenLogprob } from '@shared/inference/generation-event.ts'

/** A token that was so many times as likely as the only other one. */
export const logprobOfToken = (
  drawn: { readonly id: number; readonly text: string; readonly timesAsLikely: number },
  alternatives: number,
): TokenLogprob => {
  const sum = drawn.timesAsLikely + 1
  const chance = chanceOf(drawn.id, drawn.text, drawn.timesAsLikely / sum)
  return { ...chance, top: [chance, chanceOf(0, '?', 1 / sum)].slice(0, alternatives) }
}

const chanceOf = (id: number, text: string, probability: number): TokenChance => ({
  id,
  text,
  bytes: [...new TextEncoder().encode(text)],
  logprob: Math.log(probability),
})
