import type { TokenChance, TokenLogprob } from '@shared/inference/generation-event.ts'

export interface OllamaLogprobWishes {
  readonly logprobs?: boolean
  readonly top_logprobs?: number
}

/** How many other tokens are told of beside each one; undefined when no probabilities are. */
export const decodeOllamaLogprobs = ({
  logprobs = false,
  top_logprobs: others = 0,
}: OllamaLogprobWishes): number | undefined => (logprobs ? others : undefined)

export const encodeOllamaLogprobs = (logprobs: readonly TokenLogprob[]) =>
  logprobs.map(({ top, ...token }) => ({
    ...encodeChance(token),
    ...(top.length === 0 ? {} : { top_logprobs: top.map(encodeChance) }),
  }))

const encodeChance = ({ text, logprob, bytes }: TokenChance) => ({ token: text, logprob, bytes })
