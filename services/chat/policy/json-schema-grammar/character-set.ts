/** A set of code points: ranges with both ends in, in order, with gaps between them. */
export type CharacterSet = readonly (readonly [from: number, to: number])[]

const LAST = 0x10ffff

/** The ranges in order, those that touch joined. */
export const characterSet = (ranges: CharacterSet): CharacterSet => {
  const joined: [number, number][] = []
  for (const [from, to] of ranges.toSorted(([one], [other]) => one - other)) {
    const last = joined.at(-1)
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else joined.push([from, to])
  }
  return joined
}

export const union = (...sets: readonly CharacterSet[]): CharacterSet => characterSet(sets.flat())

export const complement = (set: CharacterSet): CharacterSet => {
  const gaps: [number, number][] = []
  let next = 0
  for (const [from, to] of set) {
    if (from > next) gaps.push([next, from - 1])
    next = to + 1
  }
  if (next <= LAST) gaps.push([next, LAST])
  return gaps
}

export const intersection = (one: CharacterSet, other: CharacterSet): CharacterSet =>
  complement(union(complement(one), complement(other)))

export const difference = (one: CharacterSet, other: CharacterSet): CharacterSet =>
  intersection(one, complement(other))

export const oneCharacter = (codePoint: number): CharacterSet => [[codePoint, codePoint]]

/** The characters of a text. */
export const charactersOf = (text: string): CharacterSet =>
  characterSet(
    Array.from(text, (character) => [character.codePointAt(0) ?? 0, character.codePointAt(0) ?? 0]),
  )

/** Surrogates are halves of characters: no text that a model writes has one. */
const SURROGATES: CharacterSet = [[0xd800, 0xdfff]]

/** Everything that a model can write. */
export const ANY_CHARACTER = complement(SURROGATES)

/** What stands for itself in a JSON string. DEL could too, but no model means it. */
export const PLAIN_IN_JSON = difference(
  [
    [0x20, 0x7e],
    [0x80, LAST],
  ],
  union(charactersOf('"\\'), SURROGATES),
)
