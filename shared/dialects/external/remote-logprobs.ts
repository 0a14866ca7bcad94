import type { TokenChance, TokenLogprob } from '@shared/inference/generation-event.ts'
import { isRecord } from '../wire-field.ts'

/** Of a token whose id its server does not tell. */
export const UNKNOWN_TOKEN_ID = -1

/** Probabilities of a chunk: OpenAI's form for chats, or its older one for completions. */
export const readRemoteLogprobs = (value: unknown): readonly TokenLogprob[] => {
  if (!isRecord(value)) return []
  const { content } = value
  if (Array.isArray(content))
    return content.filter(isRecord).map((entry) => {
      const top: unknown = entry['top_logprobs']
      return { ...chanceOf(entry), top: Array.isArray(top) ? top.filter(isRecord).map(chanceOf) : [] }
    })
  const { token_logprobs: logprobs, tokens, top_logprobs: tops } = value
  if (!Array.isArray(tokens) || !Array.isArray(logprobs)) return []
  return tokens.map((token, index) => {
    const top: unknown = Array.isArray(tops) ? tops[index] : undefined
    return {
      ...chanceOf({ token, logprob: logprobs[index] }),
      top: isRecord(top)
        ? Object.entries(top)
            .map(([other, logprob]) => chanceOf({ token: other, logprob }))
            .toSorted((left, right) => right.logprob - left.logprob)
        : [],
    }
  })
}

const chanceOf = (entry: Readonly<Record<string, unknown>>): TokenChance => {
  const { bytes, id, logprob, token } = entry
  const text = typeof token === 'string' ? token.toWellFormed() : ''
  return {
    id: typeof id === 'number' && Number.isSafeInteger(id) ? id : UNKNOWN_TOKEN_ID,
    text,
    bytes: Array.isArray(bytes) ? bytes.filter(isByte) : [...new TextEncoder().encode(text)],
    logprob: typeof logprob === 'number' && Number.isFinite(logprob) ? logprob : -9999,
  }
}

const isByte = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < 256
