import { charactersOf, complement, oneCharacter, union } from './character-set.ts'
import type { CharacterSet } from './character-set.ts'
import { PatternProblem } from './pattern-text.ts'
import type { PatternText } from './pattern-text.ts'

const DIGIT: CharacterSet = [[0x30, 0x39]]
const WORD = union(DIGIT, [[0x41, 0x5a]], [[0x5f, 0x5f]], [[0x61, 0x7a]])
const SPACE = union(
  [
    [0x09, 0x0d],
    [0x2000, 0x200a],
    [0x2028, 0x2029],
  ],
  charactersOf(' \u00a0\u1680\u202f\u205f\u3000\ufeff'),
)

const CLASSES: ReadonlyMap<string, CharacterSet> = new Map([
  ['d', DIGIT],
  ['D', complement(DIGIT)],
  ['w', WORD],
  ['W', complement(WORD)],
  ['s', SPACE],
  ['S', complement(SPACE)],
])

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['t', 0x09],
  ['n', 0x0a],
  ['v', 0x0b],
  ['f', 0x0c],
  ['r', 0x0d],
])

/** What an escape stands for; its backslash is read already. */
export const readEscape = (text: PatternText): CharacterSet => {
  const letter = text.take()
  const known = CLASSES.get(letter)
  if (known !== undefined) return known
  const control = CONTROLS.get(letter)
  if (control !== undefined) return oneCharacter(control)
  if (letter === 'x' || letter === 'u') return oneCharacter(readHexadecimal(text, letter))
  if (/[A-Za-z0-9]/.test(letter)) throw new PatternProblem(`'\\${letter}' has no grammar.`)
  return charactersOf(letter)
}

const readHexadecimal = (text: PatternText, letter: 'x' | 'u'): number => {
  const found =
    letter === 'x'
      ? text.takeMatch(/^([0-9a-fA-F]{2})/)
      : text.takeMatch(/^(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}))/)
  const codePoint = Number.parseInt(found?.[1] ?? found?.[2] ?? '', 16)
  const isCharacter = codePoint <= 0x10ffff && (codePoint < 0xd800 || codePoint > 0xdfff)
  if (!isCharacter) throw new PatternProblem(`'\\${letter}' must be followed by the number of a character.`)
  return codePoint
}

/** `[a-z_]` or `[^a-z_]`; the opening bracket is read already. */
export const readClass = (text: PatternText): CharacterSet => {
  const isNegated = text.takes('^')
  const members: CharacterSet[] = []
  while (!text.takes(']')) members.push(readMember(text))
  const set = union(...members)
  return isNegated ? complement(set) : set
}

const readMember = (text: PatternText): CharacterSet => {
  const from = readClassCharacter(text)
  if (text.takeMatch(/^-(?!\])/) === undefined) return from
  const to = readClassCharacter(text)
  const [first, last] = [single(from), single(to)]
  if (first === undefined || last === undefined || first > last)
    throw new PatternProblem('A range of characters is out of order.')
  return [[first, last]]
}

const readClassCharacter = (text: PatternText): CharacterSet => {
  const character = text.take()
  if (character !== '\\') return charactersOf(character)
  return text.takes('b') ? oneCharacter(0x08) : readEscape(text)
}

const single = (set: CharacterSet): number | undefined => {
  const [only] = set
  return set.length === 1 && only?.[0] === only?.[1] ? only?.[0] : undefined
}
