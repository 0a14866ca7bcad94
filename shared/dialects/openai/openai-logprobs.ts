import { Fault } from '@shared/fault/fault.ts'
import type { TokenChance, TokenLogprob } from '@shared/inference/generation-event.ts'
import { wrongType } from '../wire-field.ts'

/** OpenAI's number for a token that is out of the question; JSON has no −∞. */
const LEAST_LOGPROB = -9999

interface WireChance {
  /** LocalAI's: the id of the token. */
  readonly id: number
  readonly token: string
  readonly bytes: readonly number[]
  readonly logprob: number
}

export interface OpenaiLogprobs {
  readonly content: readonly (WireChance & { readonly top_logprobs: readonly WireChance[] })[]
  readonly refusal: null
}

export const finiteLogprob = (logprob: number): number => Math.max(logprob, LEAST_LOGPROB)

const encodeChance = ({ id, text, bytes, logprob }: TokenChance): WireChance => ({
  id,
  token: text,
  bytes,
  logprob: finiteLogprob(logprob),
})

/** Null for an answer that tells none. */
export const encodeOpenaiLogprobs = (tokens: readonly TokenLogprob[] | undefined): OpenaiLogprobs | null =>
  tokens === undefined
    ? null
    : {
        content: tokens.map((token) => ({
          ...encodeChance(token),
          top_logprobs: token.top.map(encodeChance),
        })),
        refusal: null,
      }

/**
 * How many other tokens are told beside each; undefined when none are told.
 * @throws Fault for `top_logprobs` alone, as OpenAI does
 */
export const decodeOpenaiLogprobs = (logprobs: unknown, top: number | undefined): number | undefined => {
  if (logprobs !== undefined && typeof logprobs !== 'boolean' && !isCount(logprobs))
    throw wrongType('logprobs', 'a boolean', logprobs)
  // Clients of the completion route send a number here too.
  if (logprobs === true || (isCount(logprobs) && logprobs > 0)) return top ?? 0
  if (top === undefined || top === 0) return undefined
  throw new Fault('invalid_request', "'top_logprobs' needs 'logprobs' to be true.", { param: 'top_logprobs' })
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0
