import { gbnfLiteral } from '../json-schema-grammar/gbnf-text.ts'

/** Rules of GBNF by name. All of ours begin with this, so that they meet none of a caller's. */
export const RULE_PREFIX = 'skein-'

/** Whitespace between markers: bounded, so that no model writes it for ever. */
export const SPACE = `${RULE_PREFIX}space`
export const SPACE_RULE = String.raw`[ \t\r\n]{0,2}`

/** Markers one after the other. */
export const markersInGbnf = (markers: readonly string[]): string =>
  markers.map((marker) => gbnfLiteral(marker)).join(` ${SPACE} `)

export const choice = (alternatives: readonly string[]): string => `(${alternatives.join(' | ')})`

/**
 * Any text up to and with the first occurrence of a marker, exactly: one rule for each length of the marker's beginning
 * that the text may end with at the moment.
 * @returns the name of the first rule
 */
export const anyTextUntil = (marker: string, name: string, rules: Map<string, string>): string => {
  const characters = [...marker]
  const ruleOf = (matched: number): string => `${name}-${matched}`
  for (let matched = 0; matched < characters.length; matched++)
    rules.set(ruleOf(matched), transitions(characters, matched, ruleOf))
  return ruleOf(0)
}

const transitions = (
  characters: readonly string[],
  matched: number,
  ruleOf: (matched: number) => string,
): string => {
  const known = [...new Set(characters)]
  const alternatives = known.flatMap((character) => {
    const next = matchedAfter(characters, matched, character)
    if (next === 0) return []
    const follows = next === characters.length ? '' : ` ${ruleOf(next)}`
    return [`[${inClass(character)}]${follows}`]
  })
  const leading = known.filter((character) => matchedAfter(characters, matched, character) > 0)
  return [...alternatives, `[^${leading.map(inClass).join('')}] ${ruleOf(0)}`].join(' | ')
}

/** How long a beginning of the marker the text ends with, when one more character comes. */
const matchedAfter = (marker: readonly string[], matched: number, character: string): number => {
  const text = [...marker.slice(0, matched), character]
  for (let length = Math.min(text.length, marker.length); length > 0; length--) {
    const end = text.slice(text.length - length)
    if (end.every((one, index) => one === marker[index])) return length
  }
  return 0
}

/** A character within `[…]`. */
const inClass = (character: string): string => {
  if (/^[A-Za-z0-9_<>/=|]$/.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  return code > 0xffff
    ? String.raw`\U${code.toString(16).padStart(8, '0')}`
    : String.raw`\u${code.toString(16).padStart(4, '0')}`
}
