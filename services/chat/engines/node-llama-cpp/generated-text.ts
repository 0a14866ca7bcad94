import { createStopStrings } from '../../policy/stop-sequences.ts'
import type { StoppableText } from '../../policy/stop-sequences.ts'

/** Tokens before the new ones that decide whether a space comes between. */
const TOKENS_BEFORE = 4
/** A character has at most four bytes, and a token at least one. */
const MOST_TOKENS_OF_A_CHARACTER = 4
/** What incomplete bytes become in a text. */
const INCOMPLETE_END = /\uFFFD+$/

/** Text of the tokens, as it reads after those before them. */
export type Detokenize = (tokens: readonly number[], before: readonly number[]) => string

/** The growing text of an answer. */
export interface GeneratedText {
  /**
   * What can go out after one more token. Kept back are bytes that are no whole character yet, and text that may become a
   * stop string.
   */
  push(token: number): StoppableText
  /** What was kept back, when no more tokens come. */
  rest(): string
}

/** @param before the end of the prompt */
export const createGeneratedText = (
  detokenize: Detokenize,
  before: readonly number[],
  stops: readonly string[],
): GeneratedText => {
  const stopStrings = createStopStrings(stops)
  const decoder = createTokenDecoder(detokenize, before)
  return {
    push: (token) => stopStrings.push(decoder.push(token)),
    rest: () => stopStrings.push(decoder.rest()).text + stopStrings.rest(),
  }
}

/** Text of one token after the other, in whole characters. */
const createTokenDecoder = (
  detokenize: Detokenize,
  prompt: readonly number[],
): { push(token: number): string; rest(): string } => {
  let before = prompt.slice(-TOKENS_BEFORE)
  let pending: number[] = []
  /** How much of the pending tokens' text went out. */
  let sent = 0
  /** How many tokens the incomplete character has so far, if that is what it is. */
  let incomplete = 0
  const settle = (whole: string): string => {
    before = [...before, ...pending].slice(-TOKENS_BEFORE)
    const text = whole.slice(sent)
    pending = []
    sent = 0
    incomplete = 0
    return text
  }
  return {
    push(token) {
      pending.push(token)
      const whole = detokenize(pending, before)
      const complete = whole.replace(INCOMPLETE_END, '')
      if (complete.length === whole.length) return settle(whole)
      incomplete = complete.length > sent ? 1 : incomplete + 1
      if (incomplete >= MOST_TOKENS_OF_A_CHARACTER) return settle(whole)
      const text = complete.slice(sent)
      sent = complete.length
      return text
    },
    rest: () => (pending.length === 0 ? '' : settle(detokenize(pending, before))),
  }
}
