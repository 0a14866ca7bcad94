import { choice, EMPTY, literal, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'

/**
 * One of these texts. Common beginnings are written once, so that llama.cpp has few alternatives to follow at any
 * character, however many texts there are.
 */
export const oneOfTexts = (texts: Iterable<string>): Expression => {
  const sorted = [...new Set(texts)].toSorted((one, other) => (one < other ? -1 : 1))
  return sorted.length === 0 ? choice([]) : textsFrom(sorted, 0)
}

/** @param texts sorted, all the same up to `start` */
const textsFrom = (texts: readonly string[], start: number): Expression => {
  const [first = ''] = texts
  const end = start + commonLength(first.slice(start), (texts.at(-1) ?? '').slice(start))
  const common = literal(first.slice(start, end))
  if (texts.length === 1) return common
  const rest = first.length === end ? texts.slice(1) : texts
  const branches = groupsAt(rest, end).map((group) => textsFrom(group, end))
  return sequence([common, choice(rest === texts ? branches : [EMPTY, ...branches])])
}

/** How many code units two texts begin with in common, whole characters only. */
const commonLength = (one: string, other: string): number => {
  let length = 0
  while (length < one.length && one.charCodeAt(length) === other.charCodeAt(length)) length += 1
  const isBetweenHalves = length > 0 && length < one.length && /[\ud800-\udbff]/.test(one.charAt(length - 1))
  return isBetweenHalves ? length - 1 : length
}

/** Sorted texts by their character at a place. */
const groupsAt = (texts: readonly string[], place: number): readonly (readonly string[])[] => {
  const groups = new Map<number | undefined, string[]>()
  for (const text of texts) {
    const character = text.codePointAt(place)
    const group = groups.get(character)
    if (group === undefined) groups.set(character, [text])
    else group.push(text)
  }
  return [...groups.values()]
}
