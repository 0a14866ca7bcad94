import { arrayGrammar } from './array-grammar.ts'
import type { ValueOf } from './array-grammar.ts'
import { expandSchemas } from './expand-schema.ts'
import { choice, literal, rule } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import { anyBoolean, anyValue } from './json-rules.ts'
import { integerGrammar, numberGrammar } from './number-grammar.ts'
import { objectGrammar } from './object-grammar.ts'
import type { RuleBook } from './rule-book.ts'
import { writtenTypes } from './schema-facts.ts'
import type { AllOf, Facts, JsonType } from './schema-facts.ts'
import { rootPlace } from './schema-place.ts'
import type { Place } from './schema-place.ts'
import type { SchemaScope } from './schema-scope.ts'
import { stringGrammar } from './string-grammar.ts'
import { valuesGrammar } from './values-grammar.ts'

/**
 * Writes the rules of a schema into the book. Each set of schemas that a value must satisfy has one rule, which waits
 * until those before it are written: so schemas may refer to themselves, and depth costs nothing.
 * @returns the name of the rule of the whole
 */
export const writeSchemaRules = (scope: SchemaScope, book: RuleBook): string => {
  const names = new Map<string, string>()
  const waiting = new Map<string, AllOf>()
  const nameOf = (schemas: AllOf, hint: string): string => {
    const distinct = new Map(schemas.map((place) => [keyOf(place), place]))
    const key = [...distinct.keys()].toSorted().join(' & ')
    const known = names.get(key)
    if (known !== undefined) return known
    const name = book.reserve(hint)
    names.set(key, name)
    waiting.set(name, [...distinct.values()])
    return name
  }
  const root = nameOf([rootPlace(scope.root)], 'value')
  // The map grows while it is gone through.
  for (const [name, schemas] of waiting) {
    const alternatives = expandSchemas(scope, schemas)
    const valueOf: ValueOf = (inner, hint) => rule(nameOf(inner, hint))
    book.define(name, choice(alternatives.map((facts) => factsGrammar(scope, book, facts, valueOf))))
  }
  return root
}

/** A forbidden property has the place of its object. */
const keyOf = ({ pointer, schema }: Place): string => (schema === false ? 'false' : pointer)

const factsGrammar = (scope: SchemaScope, book: RuleBook, facts: Facts, valueOf: ValueOf): Expression => {
  if (facts.values !== undefined) return book.named('values', valuesGrammar(scope, book, facts))
  if (Object.keys(facts).length === 0) return anyValue(book)
  const grammars = {
    null: () => literal('null'),
    boolean: () => anyBoolean(book),
    integer: () => integerGrammar(scope, book, facts.number),
    number: () => numberGrammar(scope, book, facts.number),
    string: () => stringGrammar(scope, book, facts.string),
    array: () => arrayGrammar(book, facts.array, valueOf),
    object: () => objectGrammar(book, facts.object, valueOf),
  } satisfies Record<JsonType, () => Expression>
  const types = [...writtenTypes(facts)]
  const isRedundant = (type: JsonType): boolean => type === 'integer' && types.includes('number')
  return choice(types.filter((type) => !isRedundant(type)).map((type) => grammars[type]()))
}
