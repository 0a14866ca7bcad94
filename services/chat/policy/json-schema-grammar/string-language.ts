import { ANY_CHARACTER } from './character-set.ts'
import { determineAutomata } from './determine-automata.ts'
import type { State } from './determine-automata.ts'
import { characters, repeat } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import { parsePattern } from './parse-pattern.ts'
import type { StatedText, StringFacts } from './schema-facts.ts'
import type { SchemaScope } from './schema-scope.ts'
import { STRING_FORMATS } from './string-formats.ts'
import { createTextAutomaton } from './text-automaton.ts'
import { textLengths } from './text-lengths.ts'

/**
 * What a text must be to satisfy a schema, beyond its mere length: it must match each of these expressions over
 * characters. Formats come first.
 */
export const textsOf = (scope: SchemaScope, { patterns, formats }: StringFacts): readonly Expression[] => [
  ...formats.flatMap(({ text }) => STRING_FORMATS.get(text)?.() ?? []),
  ...patterns.flatMap((pattern) => patternTexts(scope, pattern)),
]

const patternTexts = (scope: SchemaScope, pattern: StatedText): readonly Expression[] => {
  const parsed = parsePattern(pattern.text)
  if (parsed.type === 'pattern') return [parsed.expression]
  scope.inexpressible('pattern', pattern, parsed.reason)
  return []
}

/** Whether the texts of an expression have the lengths that are asked for anyway. */
export const hasLengths = (expression: Expression, { minLength, maxLength }: StringFacts): boolean => {
  const [least, most] = textLengths(expression)
  return least >= minLength && (maxLength === undefined || most <= maxLength)
}

/**
 * The texts that match all the expressions and have the lengths of the facts.
 * @returns undefined, where keywords are loosened, when that is too large to work out
 */
export const commonTexts = (
  scope: SchemaScope,
  texts: readonly Expression[],
  facts: StringFacts,
): State | undefined => {
  const { minLength, maxLength } = facts
  const isMeasured = texts.some((expression) => hasLengths(expression, facts))
  const length = repeat(characters(...ANY_CHARACTER), minLength, maxLength)
  const automata = [...texts, ...(isMeasured ? [] : [length])].map(createTextAutomaton)
  const whole = automata.filter((automaton) => automaton !== undefined)
  const state = whole.length === automata.length ? determineAutomata(whole) : undefined
  const [keyword, place] =
    facts.patterns[0] === undefined ? ['format', facts] : ['pattern', facts.patterns[0]]
  if (state === undefined)
    scope.inexpressible(keyword, place, 'Its repetitions, or the lengths, are too large.')
  return state
}
