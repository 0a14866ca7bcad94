import type { TokenChance, TokenLogprob } from '@shared/inference/generation-event.ts'
import { wrongType } from '../wire-field.ts'
import { finiteLogprob } from './openai-logprobs.ts'

/** OpenAI's own limit of this route. */
const MOST_ALTERNATIVES = 5

/** The completion route's form. */
export interface OpenaiLegacyLogprobs {
  readonly tokens: readonly string[]
  readonly token_logprobs: readonly number[]
  /** The most likely tokens of each place, and the token that was drawn. */
  readonly top_logprobs: readonly Readonly<Record<string, number>>[]
  /** Where each token begins in the choice's text, in characters (code points). */
  readonly text_offset: readonly number[]
}

/** Tells the tokens of one answer, piece by piece: where a piece begins depends on those before it. */
export const createLegacyLogprobs = (): ((
  tokens: readonly TokenLogprob[] | undefined,
) => OpenaiLegacyLogprobs | null) => {
  // A token can end within a character: its rest belongs to the next one.
  const decoder = new TextDecoder()
  let written = 0
  const offsetOf = ({ bytes }: TokenLogprob): number => {
    const offset = written
    written += [...decoder.decode(Uint8Array.from(bytes), { stream: true })].length
    return offset
  }
  return (tokens) =>
    tokens === undefined
      ? null
      : {
          tokens: tokens.map(tokenName),
          token_logprobs: tokens.map(({ logprob }) => finiteLogprob(logprob)),
          top_logprobs: tokens.map((token) =>
            Object.fromEntries(
              [...token.top, token].map((chance) => [tokenName(chance), finiteLogprob(chance.logprob)]),
            ),
          ),
          text_offset: tokens.map(offsetOf),
        }
}

/** A token that is no whole text is named by its bytes, as OpenAI does. */
const tokenName = ({ bytes, text }: TokenChance): string =>
  Buffer.from(text).equals(Uint8Array.from(bytes))
    ? text
    : `bytes:${bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`

/** How many other tokens are told beside each; undefined when none are told. @throws Fault for more than 5 */
export const decodeLegacyLogprobs = (logprobs: unknown): number | undefined => {
  if (logprobs === undefined || logprobs === false) return undefined
  if (logprobs === true) return 0
  if (
    typeof logprobs === 'number' &&
    Number.isInteger(logprobs) &&
    logprobs >= 0 &&
    logprobs <= MOST_ALTERNATIVES
  )
    return logprobs
  throw wrongType('logprobs', `an integer from 0 to ${MOST_ALTERNATIVES}`, logprobs)
}
