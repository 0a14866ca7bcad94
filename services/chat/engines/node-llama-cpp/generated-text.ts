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
  /** How many characters the tokens so far have made, those that are kept back included. */
  readonly length: number
}

export interface TextParts {
  /** Leaves out control tokens. */
  readonly detokenize: Detokenize
  /** The end of the prompt. */
  readonly before: readonly number[]
  readonly stops: readonly string[]
  /** Control tokens that are part of the text, and how they are written. */
  readonly markers?: ReadonlyMap<number, string>
  /** Told of each token, with the text that became whole by it; stop strings are not looked for yet. */
  readonly onText?: (token: number, text: string) => void
}

export const createGeneratedText = (parts: TextParts): GeneratedText => {
  const stopStrings = createStopStrings(parts.stops)
  const decoder = createTokenDecoder(parts)
  let length = 0
  return {
    get length() {
      return length
    },
    push(token) {
      const text = decoder.push(token)
      length += text.length
      parts.onText?.(token, text)
      return stopStrings.push(text)
    },
    rest: () => stopStrings.push(decoder.rest()).text + stopStrings.rest(),
  }
}

/** Text of one token after the other, in whole characters. */
const createTokenDecoder = ({
  before: prompt,
  detokenize,
  markers,
}: TextParts): { push(token: number): string; rest(): string } => {
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
  const rest = (): string => (pending.length === 0 ? '' : settle(detokenize(pending, before)))
  return {
    push(token) {
      const marker = markers?.get(token)
      if (marker !== undefined) {
        const text = rest() + marker
        before = [...before, token].slice(-TOKENS_BEFORE)
        return text
      }
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
    rest,
  }
}
