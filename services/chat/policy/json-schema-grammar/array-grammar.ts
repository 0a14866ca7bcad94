import { boundedRepeat } from './bounded-repeat.ts'
import { EMPTY, isEmpty, optional, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import { comma, enclosed, listOf } from './json-brackets.ts'
import { anyValue } from './json-rules.ts'
import type { RuleBook } from './rule-book.ts'
import type { AllOf, ArrayFacts } from './schema-facts.ts'

/** The rule for a value that satisfies all these schemas. */
export type ValueOf = (schemas: AllOf, hint: string) => Expression

export const arrayGrammar = (book: RuleBook, facts: ArrayFacts | undefined, valueOf: ValueOf): Expression =>
  enclosed(
    book,
    '[]',
    facts === undefined ? listOf(book, anyValue(book)) : itemsGrammar(book, facts, valueOf),
  )

const itemsGrammar = (book: RuleBook, facts: ArrayFacts, valueOf: ValueOf): Expression => {
  const { prefix, rest, minItems = tupleLength(facts), maxItems } = facts
  if (prefix.length === 0) return listOf(book, valueOf(rest ?? [], 'item'), minItems, maxItems)
  if (maxItems === 0) return minItems === 0 ? EMPTY : listOf(book, EMPTY, minItems, 0)
  return tupleGrammar(book, { ...facts, minItems, rest, maxItems }, valueOf)
}

/** Who names the items one by one means all of them, unless a number says otherwise. */
const tupleLength = ({ prefix, maxItems }: ArrayFacts): number => {
  const possible = prefix.findIndex((schemas) => schemas.some(({ schema }) => schema === false))
  return maxItems === undefined ? (possible === -1 ? prefix.length : possible) : 0
}

/** From the last item to the first: what may follow is inside the option that holds its predecessor. */
const tupleGrammar = (
  book: RuleBook,
  { prefix, rest, minItems = 0, maxItems }: ArrayFacts,
  valueOf: ValueOf,
): Expression => {
  const named = prefix.slice(0, maxItems)
  let following = furtherItems(book, { prefix: named, rest, minItems, maxItems, pointer: '' }, valueOf)
  for (const [index, schemas] of [...named.entries()].toReversed()) {
    const item = valueOf(schemas, 'item')
    const separated = index === 0 ? item : sequence([comma(book), item])
    const taken = sequence([separated, following])
    following = index < minItems ? taken : optional(taken)
    if (!isEmpty(following) && index > 0 && index >= minItems) following = book.named('items', following)
  }
  return following
}

/** What follows the tuple; nothing, where nothing was said of it. */
const furtherItems = (
  book: RuleBook,
  { prefix, rest, minItems = 0, maxItems }: ArrayFacts,
  valueOf: ValueOf,
): Expression => {
  const least = Math.max(0, minItems - prefix.length)
  if (rest === undefined && least === 0) return EMPTY
  const item = valueOf(rest ?? [], 'item')
  const most = maxItems === undefined ? undefined : maxItems - prefix.length
  return boundedRepeat(book, sequence([comma(book), item]), least, most)
}
