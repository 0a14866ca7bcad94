import type { TokenChance, TokenLogprob } from '@shared/inference/generation-event.ts'
import type { Token } from 'node-llama-cpp'
import type { Candidate } from '../../policy/draw-token.ts'
import type { TokenTexts } from './token-texts.ts'

/** What the model says of the next token. */
export interface NextTokens {
  /** The likeliest first. */
  readonly candidates: readonly Candidate[]
  /** Of all tokens: the sum of e^(logit − the highest logit). */
  readonly totalWeight: number
}

/** Tells how likely the model found a token. */
export type TellChances = (drawn: Token, next: NextTokens) => TokenLogprob

/** @param alternatives how many of the likeliest tokens to tell */
export const createTellChances = (texts: TokenTexts, alternatives: number): TellChances => {
  // A character like any other: U+FEFF is no mark here.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  return (drawn, { candidates, totalWeight }) => {
    const highest = candidates[0]?.logit ?? 0
    const chanceOf = ({ id, logit }: Candidate): TokenChance => {
      // Ids of candidates come from the engine.
      const bytes = texts.bytesOf(id as Token)
      const text = decoder.decode(Uint8Array.from(bytes))
      return { id, text, bytes, logprob: logit - highest - Math.log(totalWeight) }
    }
    const found = candidates.find(({ id }) => id === drawn) ?? { id: drawn, logit: -Infinity }
    return { ...chanceOf(found), top: candidates.slice(0, alternatives).map(chanceOf) }
  }
}
