import type { CharacterSet } from './character-set.ts'
import type { State } from './determine-automata.ts'
import { choice, literal, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import { colonAfter, comma, enclosed } from './json-brackets.ts'
import { oneOfTexts } from './literal-trie.ts'
import type { RuleBook } from './rule-book.ts'
import { allowsType, typeOf } from './schema-facts.ts'
import type { Bound, Facts, NumberFacts, StringFacts } from './schema-facts.ts'
import { isRecord } from './schema-place.ts'
import type { SchemaScope } from './schema-scope.ts'
import { commonTexts, textsOf } from './string-language.ts'

/** Values that are listed one by one, as far as they satisfy the rest of the schema. */
export const valuesGrammar = (scope: SchemaScope, book: RuleBook, facts: Facts): Expression => {
  const isRightText = textJudge(scope, facts.string)
  const values = [...(facts.values ?? [])].filter(
    ([, value]) =>
      allowsType(facts.types, typeOf(value)) &&
      (typeof value === 'string' ? isRightText(value) : satisfies(scope, value, facts)),
  )
  const plain = values.filter(([, value]) => !isContainer(value))
  const containers = values.filter(([, value]) => isContainer(value))
  return choice([
    oneOfTexts(plain.map(([text]) => text)),
    ...containers.map(([, value]) => exactly(book, value)),
  ])
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null

/** This value, with white space where other arrays and objects may have it. */
const exactly = (book: RuleBook, value: unknown): Expression => {
  if (Array.isArray(value))
    return enclosed(
      book,
      '[]',
      joined(
        book,
        value.map((item) => exactly(book, item)),
      ),
    )
  if (!isRecord(value)) return literal(JSON.stringify(value))
  const members = Object.entries(value).map(([name, inner]) =>
    sequence([colonAfter(literal(JSON.stringify(name))), exactly(book, inner)]),
  )
  return enclosed(book, '{}', joined(book, members))
}

const joined = (book: RuleBook, parts: readonly Expression[]): Expression =>
  sequence(parts.flatMap((part, index) => (index === 0 ? [part] : [comma(book), part])))

const satisfies = (scope: SchemaScope, value: unknown, facts: Facts): boolean => {
  if (typeof value === 'number') return isInRange(value, facts.number)
  const inner = isContainer(value) ? innerFacts(value, facts) : undefined
  if (inner !== undefined)
    scope.inexpressible('enum', inner, 'List plain values only, or leave out the rest.')
  return true
}

const innerFacts = (value: object, facts: Facts): { readonly pointer: string } | undefined =>
  Array.isArray(value) ? facts.array : facts.object

const isInRange = (value: number, { lower, upper }: NumberFacts = NO_BOUNDS): boolean => {
  const isPast = (bound: Bound, distance: number): boolean =>
    distance > 0 || (!bound.isExclusive && distance === 0)
  return (
    (lower === undefined || isPast(lower, value - lower.value)) &&
    (upper === undefined || isPast(upper, upper.value - value))
  )
}

const NO_BOUNDS: NumberFacts = { lower: undefined, upper: undefined }

/** Judges strings by their lengths, patterns and formats. */
const textJudge = (scope: SchemaScope, facts: StringFacts | undefined): ((text: string) => boolean) => {
  if (facts === undefined) return () => true
  const texts = textsOf(scope, facts)
  const first = texts.length === 0 ? undefined : commonTexts(scope, texts, facts)
  const { minLength, maxLength = Number.POSITIVE_INFINITY } = facts
  return (text) => {
    const { length } = Array.from(text)
    return length >= minLength && length <= maxLength && (first === undefined || isKnown(first, text))
  }
}

/** Whether an automaton ends where the text ends. */
const isKnown = (first: State, text: string): boolean => {
  let state: State | undefined = first
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    const isMove = ([, set]: readonly [State, CharacterSet]): boolean =>
      set.some(([from, to]) => from <= code && code <= to)
    state = [...(state?.next ?? [])].find(isMove)?.[0]
  }
  return state?.isFinal === true
}
