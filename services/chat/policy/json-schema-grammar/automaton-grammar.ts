import { charactersOf, difference, intersection, PLAIN_IN_JSON } from './character-set.ts'
import type { CharacterSet } from './character-set.ts'
import type { State } from './determine-automata.ts'
import { characters, choice, EMPTY, literal, rule, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import type { RuleBook } from './rule-book.ts'

/** The texts of an automaton inside the quotes of a JSON string: one rule for each state that several lead to. */
export const automatonGrammar = (book: RuleBook, first: State): Expression => {
  const names = new Map<State, string>([[first, book.reserve('pattern')]])
  const entries = entriesOf(first)
  const goTo = (state: State): Expression => {
    const isPassage = !state.isFinal && entries.get(state) === 1 && state !== first
    if (isPassage) return leave(state)
    const name = names.get(state) ?? book.reserve('pattern')
    names.set(state, name)
    return rule(name)
  }
  const leave = (state: State): Expression =>
    choice([
      ...(state.isFinal ? [EMPTY] : []),
      ...Array.from(state.next, ([next, set]) => sequence([writtenSet(book, set), goTo(next)])),
    ])
  // The map grows while it is gone through.
  for (const [state, name] of names) book.define(name, leave(state))
  return rule(names.get(first) ?? '')
}

/** How many states lead to each. */
const entriesOf = (first: State): ReadonlyMap<State, number> => {
  const entries = new Map<State, number>([[first, 0]])
  for (const [state] of entries) {
    for (const next of state.next.keys()) entries.set(next, (entries.get(next) ?? 0) + 1)
  }
  return entries
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '"': String.raw`\"`,
  '\\': String.raw`\\`,
  '\b': String.raw`\b`,
  '\f': String.raw`\f`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
}

const NAMED = charactersOf(Object.keys(NAMED_ESCAPES).join(''))

/** One character of a set in a JSON string. Control characters without a short escape come only where nothing else would do. */
export const writtenSet = (book: RuleBook, set: CharacterSet): Expression => {
  const plain = intersection(set, PLAIN_IN_JSON)
  const escapes = Object.entries(NAMED_ESCAPES)
    .filter(([character]) => intersection(set, charactersOf(character)).length > 0)
    .map(([, escape]) => literal(escape))
  if (plain.length > 0 || escapes.length > 0) return shared(book, choice([plainSet(plain), ...escapes]))
  const others = difference(intersection(set, [[0, 0x9f]]), NAMED).flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index),
  )
  return shared(book, choice(others.map((code) => literal(`\\u${code.toString(16).padStart(4, '0')}`))))
}

const MAX_RANGES = 4

/** Large sets are written once. */
const shared = (book: RuleBook, expression: Expression): Expression => {
  const isSmall = expression.type === 'characters' && expression.set.length <= MAX_RANGES
  return isSmall || expression.type === 'literal' ? expression : book.named('characters', expression)
}

/** One character is a literal, so that neighbours join. */
const plainSet = (set: CharacterSet): Expression => {
  const [only] = set
  const isOne = only !== undefined && set.length === 1 && only[0] === only[1]
  return isOne ? literal(String.fromCodePoint(only[0])) : characters(...set)
}
