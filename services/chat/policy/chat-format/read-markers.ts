import { createStopStrings } from '../stop-sequences.ts'
import { awaitText, isSpace } from './text-feed.ts'
import type { Parsing, TextFeed } from './text-feed.ts'

/**
 * Reads one of several sequences of markers; there may be whitespace before each marker.
 * @returns which; undefined when something else comes (what was read of it stays read)
 */
export function* readOneOf(
  feed: TextFeed,
  sequences: readonly (readonly string[])[],
): Parsing<number | undefined> {
  let candidates = sequences.map((markers, index) => ({ index, markers, marker: 0, offset: 0 }))
  const whole = candidates.find(({ markers }) => markers.length === 0)
  if (whole !== undefined) return whole.index
  while (candidates.length > 0) {
    yield* awaitText(feed)
    const character = feed.peek()
    const isBetween = candidates.every(({ offset }) => offset === 0)
    if (!(isBetween && isSpace(character))) {
      candidates = candidates
        .filter(({ markers, marker, offset }) => markers[marker]?.charAt(offset) === character)
        .map((candidate) => advance(candidate))
      if (candidates.length === 0) return undefined
    }
    feed.skip(1)
    const done = candidates.find(({ marker, markers }) => marker === markers.length)
    if (done !== undefined) return done.index
  }
  return undefined
}

interface Candidate {
  readonly index: number
  readonly markers: readonly string[]
  readonly marker: number
  readonly offset: number
}

const advance = (candidate: Candidate): Candidate => {
  const { marker, markers, offset } = candidate
  return offset + 1 === markers[marker]?.length
    ? { ...candidate, marker: marker + 1, offset: 0 }
    : { ...candidate, offset: offset + 1 }
}

/** @returns whether these markers came */
export function* readMarkers(feed: TextFeed, markers: readonly string[]): Parsing<boolean> {
  return (yield* readOneOf(feed, [markers])) === 0
}

/**
 * Reads up to the first of these markers, and it. What may be the beginning of a marker is told when it is known to be
 * none, and when the text ends with it.
 * @param tell gets the text before the marker, in pieces
 * @returns the marker
 */
export function* readUntil(
  feed: TextFeed,
  markers: readonly string[],
  tell: (text: string) => void,
): Parsing<string> {
  const strings = createStopStrings(markers)
  let keptLength = 0
  try {
    while (true) {
      yield* awaitText(feed)
      const piece = feed.rest
      const { text, stopText } = strings.push(piece)
      tell(text)
      if (stopText !== undefined) {
        feed.skip(text.length + stopText.length - keptLength)
        return stopText
      }
      keptLength += piece.length - text.length
      feed.skip(piece.length)
    }
  } finally {
    tell(strings.rest())
  }
}

const LONGEST_NAME = 256

/** Reads a short text up to one of these markers, and it. @returns undefined when the text grows too long for a name */
export function* readName(
  feed: TextFeed,
  markers: readonly string[],
): Parsing<{ readonly name: string; readonly marker: string } | undefined> {
  const strings = createStopStrings(markers)
  let name = ''
  while (name.length <= LONGEST_NAME) {
    yield* awaitText(feed)
    const { text, stopText } = strings.push(feed.peek())
    feed.skip(1)
    name += text
    if (stopText !== undefined) return { name: name.trim(), marker: stopText }
  }
  return undefined
}
