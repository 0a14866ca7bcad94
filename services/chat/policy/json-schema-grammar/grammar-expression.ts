import { characterSet } from './character-set.ts'
import type { CharacterSet } from './character-set.ts'

/** The right-hand side of a rule, before it is text. Built by the functions below, which keep it simple. */
export type Expression =
  | { readonly type: 'literal'; readonly text: string }
  | { readonly type: 'characters'; readonly set: CharacterSet }
  | { readonly type: 'rule'; readonly name: string }
  | { readonly type: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly type: 'choice'; readonly options: readonly Expression[] }
  | {
      readonly type: 'repeat'
      readonly part: Expression
      readonly min: number
      /** Absent: without an end. */
      readonly max?: number
    }

/** Matches the empty text. */
export const EMPTY: Expression = { type: 'sequence', parts: [] }

/** Matches nothing at all: no value satisfies the schema. */
export const NEVER: Expression = { type: 'choice', options: [] }

export const isEmpty = (expression: Expression): boolean =>
  expression.type === 'sequence' && expression.parts.length === 0

export const isNever = (expression: Expression): boolean =>
  expression.type === 'choice' && expression.options.length === 0

export const literal = (text: string): Expression => (text === '' ? EMPTY : { type: 'literal', text })

export const rule = (name: string): Expression => ({ type: 'rule', name })

export const characters = (...ranges: CharacterSet): Expression =>
  ranges.length === 0 ? NEVER : { type: 'characters', set: characterSet(ranges) }

/** One of the characters from one to another: `between('a', 'z')`. */
export const between = (from: string, to: string): Expression =>
  characters([from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0])

export const sequence = (parts: readonly Expression[]): Expression => {
  if (parts.some(isNever)) return NEVER
  const flat: Expression[] = []
  for (const part of parts.flatMap((part) => (part.type === 'sequence' ? part.parts : [part]))) {
    const last = flat.at(-1)
    if (part.type === 'literal' && last?.type === 'literal')
      flat[flat.length - 1] = literal(last.text + part.text)
    else flat.push(part)
  }
  const [only] = flat
  return only !== undefined && flat.length === 1 ? only : { type: 'sequence', parts: flat }
}

export const choice = (options: readonly Expression[]): Expression => {
  const flat = options.flatMap((option) => (option.type === 'choice' ? option.options : [option]))
  const filled = flat.filter((option) => !isEmpty(option))
  const [only] = filled
  const some: Expression =
    only !== undefined && filled.length === 1 ? only : { type: 'choice', options: filled }
  return filled.length === flat.length ? some : optional(some)
}

/** At least `min` and at most `max` times; without `max` as often as one likes. */
export const repeat = (part: Expression, min: number, max?: number): Expression => {
  if (max !== undefined && max < min) return NEVER
  if (max === 0 || isEmpty(part)) return EMPTY
  if (isNever(part)) return min === 0 ? EMPTY : NEVER
  if (min === 1 && max === 1) return part
  return { type: 'repeat', part, min, ...(max === undefined ? {} : { max }) }
}

export const optional = (part: Expression): Expression =>
  part.type === 'repeat' && part.min <= 1 ? repeat(part.part, 0, part.max) : repeat(part, 0, 1)

/** The names of the rules that an expression refers to. */
export const rulesIn = (expression: Expression): readonly string[] => {
  switch (expression.type) {
    case 'rule':
      return [expression.name]
    case 'sequence':
      return expression.parts.flatMap(rulesIn)
    case 'choice':
      return expression.options.flatMap(rulesIn)
    case 'repeat':
      return rulesIn(expression.part)
    default:
      return []
  }
}

/** How many elements llama.cpp makes of an expression: it writes bounded repetitions out. */
export const weightOf = (expression: Expression): number => {
  switch (expression.type) {
    case 'literal':
      return expression.text.length
    case 'characters':
      return expression.set.length
    case 'rule':
      return 1
    case 'sequence':
      return 1 + expression.parts.reduce((sum, part) => sum + weightOf(part), 0)
    case 'choice':
      return 1 + expression.options.reduce((sum, option) => sum + 1 + weightOf(option), 0)
    case 'repeat':
      return repeatWeight(weightOf(expression.part), expression)
  }
}

/** What stands in brackets becomes a rule of its own, of which only the name is copied. */
const repeatWeight = (
  weight: number,
  { part, min, max = min + 1 }: Extract<Expression, { type: 'repeat' }>,
): number => (part.type === 'characters' || part.type === 'literal' ? weight * (1 + max) : weight + 1 + max)
