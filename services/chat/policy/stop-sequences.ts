/** What of a text can go out, and the stop string that ended it, if one did. */
export interface StoppableText {
  readonly text: string
  readonly stopText: string | undefined
}

/** Looks for stop strings in a text that comes in pieces. */
export interface StopStrings {
  /** Text that may become a stop string is kept back. */
  push(piece: string): StoppableText
  /** What was kept back, when no more text comes. */
  rest(): string
}

/**
 * The text ends before the stop string that is complete first; of two that are complete at the same character the longer
 * one counts. So the result does not depend on where the pieces are cut.
 *
 * Each stop string is followed through the text by its own automaton (Knuth, Morris, Pratt): the cost of a character
 * does not grow with the length of a stop string, which a client chooses.
 */
export const createStopStrings = (stops: readonly string[]): StopStrings => {
  const trackers = stops.filter((stop) => stop !== '').map((stop) => createTracker(stop.toWellFormed()))
  let kept = ''
  const take = (length: number): string => {
    const text = kept.slice(0, length)
    kept = kept.slice(length)
    return text
  }
  return {
    push(piece) {
      const start = kept.length
      kept += piece
      for (let index = start; index < kept.length; index++) {
        const matched = longestMatch(trackers, kept.charAt(index))
        if (matched === 0) continue
        const text = take(index + 1 - matched)
        const stopText = take(matched)
        kept = ''
        return { text, stopText }
      }
      const pending = Math.max(0, ...trackers.map((tracker) => tracker.matchedLength))
      return { text: take(kept.length - pending), stopText: undefined }
    },
    rest: () => take(kept.length),
  }
}

/** Advances all by one character. @returns length of the longest stop string that is complete now; 0: none */
const longestMatch = (trackers: readonly Tracker[], character: string): number => {
  let longest = 0
  for (const tracker of trackers) {
    tracker.advance(character)
    if (tracker.matchedLength === tracker.stop.length) longest = Math.max(longest, tracker.stop.length)
  }
  return longest
}

interface Tracker {
  readonly stop: string
  /** How much of the stop string the text ends with. */
  readonly matchedLength: number
  advance(character: string): void
}

const createTracker = (stop: string): Tracker => {
  const fallbacks = fallbackLengths(stop)
  let matched = 0
  return {
    stop,
    get matchedLength() {
      return matched
    },
    advance(character) {
      while (matched > 0 && stop.charAt(matched) !== character) matched = fallbacks[matched - 1] ?? 0
      if (stop.charAt(matched) === character) matched += 1
    },
  }
}

/** For each beginning of the stop string: the length of the longest shorter beginning that it also ends with. */
const fallbackLengths = (stop: string): readonly number[] => {
  const lengths = [0]
  let matched = 0
  for (let index = 1; index < stop.length; index++) {
    while (matched > 0 && stop.charAt(index) !== stop.charAt(matched)) matched = lengths[matched - 1] ?? 0
    if (stop.charAt(index) === stop.charAt(matched)) matched += 1
    lengths.push(matched)
  }
  return lengths
}
