import { Fault } from '@shared/fault/fault.ts'
import type { ValueOf } from './array-grammar.ts'
import { choice, isNever, literal, NEVER, optional, repeat, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import { colonAfter, comma, enclosed } from './json-brackets.ts'
import { anyObject } from './json-rules.ts'
import { otherNames } from './other-names.ts'
import type { RuleBook } from './rule-book.ts'
import type { AllOf, ObjectFacts } from './schema-facts.ts'

/** Optional properties that may come first or next: llama.cpp follows each of them at every character. */
const MAX_OPTIONAL = 200

interface Member {
  readonly expression: Expression
  readonly isRequired: boolean
}

/**
 * Properties come in the order of the schema; others, where they are allowed, at the end. Where properties are named and
 * nothing is said of others, there are none: models add them otherwise, and nobody means it.
 */
export const objectGrammar = (
  book: RuleBook,
  facts: ObjectFacts | undefined,
  valueOf: ValueOf,
): Expression => {
  if (facts === undefined) return anyObject(book)
  const members = membersOf(facts, valueOf)
  if (members.filter(({ isRequired }) => !isRequired).length > MAX_OPTIONAL) {
    const message = `The object at '${facts.pointer}' has more than ${MAX_OPTIONAL} optional properties.`
    throw new Fault('invalid_request', `${message} Require some of them.`, { param: facts.pointer })
  }
  const others = otherMembers(book, facts, valueOf)
  return enclosed(book, '{}', membersGrammar(book, members, others))
}

const membersOf = (facts: ObjectFacts, valueOf: ValueOf): readonly Member[] => {
  const unnamed = [...facts.required].filter((name) => !facts.properties.has(name))
  const properties = [...facts.properties, ...unnamed.map((name) => [name, facts.additional ?? []] as const)]
  return properties
    .map(([name, schemas]) => ({ name, schemas, isRequired: facts.required.has(name) }))
    .filter(({ schemas, isRequired }) => isRequired || !isForbidden(schemas))
    .map(({ name, schemas, isRequired }) => ({
      expression: sequence([colonAfter(literal(JSON.stringify(name))), valueOf(schemas, name)]),
      isRequired,
    }))
}

const isForbidden = (schemas: AllOf): boolean => schemas.some(({ schema }) => schema === false)

/** A member by another name; never where there is none. */
const otherMembers = (book: RuleBook, facts: ObjectFacts, valueOf: ValueOf): Expression => {
  const { properties, required, additional } = facts
  const schemas = additional ?? (properties.size === 0 ? [] : undefined)
  if (schemas === undefined || isForbidden(schemas)) return NEVER
  const name = book.named('name', otherNames(new Set([...properties.keys(), ...required])))
  return book.named('member', sequence([colonAfter(name), valueOf(schemas, 'value')]))
}

/**
 * What stands between the braces. `rest` is what follows when a member is written already, `first` when none is yet: it
 * matters only up to the first required member.
 */
const membersGrammar = (book: RuleBook, members: readonly Member[], others: Expression): Expression => {
  const further = isNever(others)
    ? sequence([])
    : repeat(book.named('members', sequence([comma(book), others])), 0)
  const firstRequired = members.findIndex(({ isRequired }) => isRequired)
  const leading = firstRequired === -1 ? members : members.slice(0, firstRequired + 1)
  const parts = members.slice(leading.length).map((member) => follow(book, member))
  let rest = sequence([...parts, further])
  let first = firstRequired === -1 ? sequence([others, further]) : NEVER
  for (const member of leading.toReversed()) {
    const following = leading.length === 1 ? rest : book.named('members', rest)
    first = choice([sequence([member.expression, following]), first])
    rest = sequence([follow(book, member), following])
  }
  return firstRequired === -1 ? optional(first) : first
}

const follow = (book: RuleBook, { expression, isRequired }: Member): Expression => {
  const separated = sequence([comma(book), expression])
  return isRequired ? separated : optional(separated)
}
