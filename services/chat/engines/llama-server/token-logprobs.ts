import type { TokenChance, TokenLogprob } from '@shared/inference/generation-event.ts'
import { isWireObject, numberField, textField } from './wire-reply.ts'
import type { WireObject } from './wire-reply.ts'

/** Probabilities on their way out: each goes with the text in which its token begins. */
export interface LogprobQueue {
  /** Takes in the probabilities of an event that brings `text`. */
  push(wire: WireObject, text: string): void
  /** The probabilities that belong to the next piece of text that goes out. */
  take(text: string): readonly TokenLogprob[]
}

/**
 * Text may be kept back for a stop string, and its probabilities wait with it.
 *
 * The trap: of a character that takes several tokens llama-server tells only the last, as if it were the whole character.
 * @param alternatives how many of the most likely tokens are told
 */
export const createLogprobQueue = (alternatives: number): LogprobQueue => {
  const waiting: { readonly start: number; readonly logprob: TokenLogprob }[] = []
  let received = 0
  let sent = 0
  return {
    push(wire, text) {
      const told = wire['completion_probabilities']
      for (const entry of Array.isArray(told) ? told.filter(isWireObject) : []) {
        const logprob = { ...tokenChance(entry), top: topChances(entry).slice(0, alternatives) }
        // The end of the answer and hidden markers are no text.
        if (logprob.bytes.length > 0) waiting.push({ start: received, logprob })
      }
      received += text.length
    },
    take(text) {
      sent += text.length
      const later = waiting.findIndex(({ start }) => start >= sent)
      const taken = waiting.splice(0, later === -1 ? waiting.length : later)
      return taken.map(({ logprob }) => logprob)
    },
  }
}

const topChances = (entry: WireObject): readonly TokenChance[] => {
  const told = entry['top_logprobs']
  return Array.isArray(told) ? told.filter(isWireObject).map(tokenChance) : []
}

const tokenChance = (entry: WireObject): TokenChance => {
  const bytes = entry['bytes']
  return {
    id: numberField(entry, 'id'),
    text: textField(entry, 'token'),
    bytes: Array.isArray(bytes) ? bytes.filter((byte) => typeof byte === 'number') : [],
    logprob: numberField(entry, 'logprob'),
  }
}
