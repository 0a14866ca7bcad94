import { BLOCK_ENDS } from '@service/router/policy/placement/prefix-blocks.ts'
import type { PrefixChain } from '@service/router/policy/placement/prefix-chain.ts'
import { PAGE_TOKENS } from './lru-prefix-cache.ts'

/** A prompt that begins with a system prompt which others have, too, and goes on with a conversation of its own. */
export interface SimulatedPrompt {
  readonly tokens: number
  readonly systemTokens: number
  readonly systemId: number
  readonly conversationId: number
}

const BYTES_PER_TOKEN = 4
/** More than any prompt has blocks or pages. */
const MOST_PARTS = 100_000
/** Ids of conversations are greater than those of system prompts. */
const FIRST_CONVERSATION = 1000

const partId = (prompt: SimulatedPrompt, endToken: number, part: number): number =>
  part +
  MOST_PARTS *
    (endToken <= prompt.systemTokens ? prompt.systemId : FIRST_CONVERSATION + prompt.conversationId)

/** What the router makes of it: the ids stand for hashes. */
export const chainOf = (prompt: SimulatedPrompt): PrefixChain => ({
  hashes: BLOCK_ENDS.filter((end) => end <= prompt.tokens * BYTES_PER_TOKEN).map((end, depth) =>
    partId(prompt, end / BYTES_PER_TOKEN, depth),
  ),
})

/** What an engine keeps of it, and of the answer behind it. */
export const pagesOf = (prompt: SimulatedPrompt, answerTokens: number): readonly number[] =>
  Array.from({ length: Math.floor((prompt.tokens + answerTokens) / PAGE_TOKENS) }, (_, page) =>
    partId(prompt, (page + 1) * PAGE_TOKENS, page),
  )
