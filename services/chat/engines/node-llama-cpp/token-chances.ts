import type { TokenChance, TokenLogprob } from '@shared/inference/generation-event.ts'
import { LlamaVocabularyType } from 'node-llama-cpp'
import type { LlamaModel, Token } from 'node-llama-cpp'
import type { Candidate } from '../../policy/draw-token.ts'
import { tokenBytes } from './token-bytes.ts'

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
export const createTellChances = (model: LlamaModel, alternatives: number): TellChances => {
  const pieces = model.fileInfo.metadata.tokenizer?.ggml?.tokens ?? []
  const vocabulary = model.vocabularyType === LlamaVocabularyType.bpe ? 'bytes' : 'text'
  const decoder = new TextDecoder()
  return (drawn, { candidates, totalWeight }) => {
    const highest = candidates[0]?.logit ?? 0
    const chanceOf = ({ id, logit }: Candidate): TokenChance => {
      const bytes = tokenBytes(pieces[id] ?? '', vocabulary)
      const text = decoder.decode(Uint8Array.from(bytes))
      return { id, text, bytes, logprob: logit - highest - Math.log(totalWeight) }
    }
    const found = candidates.find(({ id }) => id === drawn) ?? { id: drawn, logit: -Infinity }
    return { ...chanceOf(found), top: candidates.slice(0, alternatives).map(chanceOf) }
  }
}
