import { ANY_CHARACTER, difference, intersection } from './character-set.ts'
import type { CharacterSet } from './character-set.ts'
import { EMPTY, characters, choice, repeat, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import { readClass, readEscape } from './pattern-characters.ts'
import { PatternProblem, PatternText } from './pattern-text.ts'

const MAX_LENGTH = 2000
const MAX_DEPTH = 32
const MAX_COUNT = 5000

/** What a pattern matches, in characters, or why it has no grammar. */
export type ParsedPattern =
  | { readonly type: 'pattern'; readonly expression: Expression }
  | { readonly type: 'problem'; readonly reason: string }

/**
 * A pattern of JSON Schema (ECMAScript's, by whole characters): a text matches when the pattern occurs in it. Not known:
 * looking around, references to groups, `\b`, `\p`, and `^` and `$` anywhere but at the ends of the whole.
 */
export const parsePattern = (pattern: string): ParsedPattern => {
  try {
    if (pattern.length > MAX_LENGTH) throw new PatternProblem(`It is longer than ${MAX_LENGTH} characters.`)
    const text = new PatternText(pattern)
    const alternatives = [readWhole(text)]
    while (text.takes('|')) alternatives.push(readWhole(text))
    if (!text.isAtEnd) throw new PatternProblem(`'${text.peek()}' is not expected there.`)
    return { type: 'pattern', expression: choice(alternatives) }
  } catch (problem) {
    if (problem instanceof PatternProblem) return { type: 'problem', reason: problem.message }
    throw problem
  }
}

const ANYTHING = repeat(characters(...ANY_CHARACTER), 0)

/** One alternative of the whole pattern, with everything before and after it that its anchors do not exclude. */
const readWhole = (text: PatternText): Expression => {
  const isAtStart = text.takes('^')
  const middle = readSequence(text, 0)
  const isAtEnd = text.takes('$')
  return sequence([isAtStart ? EMPTY : ANYTHING, middle, isAtEnd ? EMPTY : ANYTHING])
}

const readSequence = (text: PatternText, depth: number): Expression => {
  const parts: Expression[] = []
  while (!text.isAtEnd && !['|', ')', '$'].includes(text.peek())) parts.push(readRepeated(text, depth))
  return sequence(parts)
}

const readRepeated = (text: PatternText, depth: number): Expression => {
  const part = readAtom(text, depth)
  const count = readCount(text)
  if (count === undefined) return part
  text.takes('?') // lazy or greedy: the same texts match
  if (['*', '+', '?', '{'].includes(text.peek())) throw new PatternProblem('A quantifier follows another.')
  return repeat(part, ...count)
}

type Count = readonly [min: number, max: number | undefined]

const SIGNS: ReadonlyMap<string, Count> = new Map([
  ['*', [0, undefined]],
  ['+', [1, undefined]],
  ['?', [0, 1]],
])

const readCount = (text: PatternText): Count | undefined => {
  const sign = SIGNS.get(text.peek())
  if (sign !== undefined) text.take()
  return sign ?? (text.peek() === '{' ? readBraces(text) : undefined)
}

const readBraces = (text: PatternText): Count => {
  const found = text.takeMatch(/^\{(\d{1,9})(,?)(\d{0,9})\}/)
  if (found === undefined) throw new PatternProblem("'{' must be escaped, or count something.")
  const [, least = '', comma, most = ''] = found
  const min = Number(least)
  const max = comma === '' ? min : most === '' ? undefined : Number(most)
  if (Math.max(min, max ?? 0) > MAX_COUNT) throw new PatternProblem(`It may count up to ${MAX_COUNT}.`)
  if (max !== undefined && max < min) throw new PatternProblem('A quantifier is out of order.')
  return [min, max]
}

const LINE_ENDS: CharacterSet = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]

const readAtom = (text: PatternText, depth: number): Expression => {
  const character = text.take()
  if ('^*+?{}]'.includes(character)) throw new PatternProblem(`'${character}' has no meaning there.`)
  switch (character) {
    case '(':
      return readGroup(text, depth + 1)
    case '[':
      return set(readClass(text))
    case '\\':
      return set(readEscape(text))
    case '.':
      return set(difference(ANY_CHARACTER, LINE_ENDS))
    default:
      return set([[character.codePointAt(0) ?? 0, character.codePointAt(0) ?? 0]])
  }
}

const set = (wanted: CharacterSet): Expression => characters(...intersection(wanted, ANY_CHARACTER))

const readGroup = (text: PatternText, depth: number): Expression => {
  if (depth > MAX_DEPTH) throw new PatternProblem(`Its groups are nested deeper than ${MAX_DEPTH}.`)
  if (text.peek() === '?' && text.takeMatch(/^\?(:|<[A-Za-z_$][\w$]*>)/) === undefined)
    throw new PatternProblem('It looks ahead or behind.')
  const alternatives = [readSequence(text, depth)]
  while (text.takes('|')) alternatives.push(readSequence(text, depth))
  if (text.peek() === '$') throw new PatternProblem("'$' is known at the end of the whole pattern only.")
  if (!text.takes(')')) throw new PatternProblem("A ')' is missing.")
  return choice(alternatives)
}
