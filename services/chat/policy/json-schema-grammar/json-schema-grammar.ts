import { Fault } from '@shared/fault/fault.ts'
import type { JsonSchema } from '@shared/inference/generate-request.ts'
import { checkSchemaSize } from './check-schema-size.ts'
import { printExpression } from './gbnf-text.ts'
import { anyObject } from './json-rules.ts'
import { pruneRules } from './prune-rules.ts'
import { RuleBook } from './rule-book.ts'
import { writeSchemaRules } from './schema-grammar.ts'
import { createSchemaScope } from './schema-scope.ts'
import type { Unsupported } from './schema-scope.ts'

export { gbnfLiteral, gbnfText } from './gbnf-text.ts'

/** A part of a grammar in GBNF, llama.cpp's grammar language. */
export interface GrammarRules {
  /** Name of the rule for the value. */
  readonly root: string
  /** Right-hand sides by name. */
  readonly rules: ReadonlyMap<string, string>
}

export interface GrammarOptions {
  /** Every rule name begins with it: letters, digits and hyphens. */
  readonly prefix: string
  /** What becomes of a keyword that no grammar can guarantee: a fault, or it is dropped (more is accepted then). */
  readonly unsupported: Unsupported
}

/** Characters of a grammar: the engine reads it again for each request. */
const MAX_LENGTH = 1_000_000

/**
 * A grammar that writes only JSON that is valid for the schema. It need not write all that is valid: properties come in
 * the schema's order, white space and digits are bounded.
 * @throws Fault `invalid_request`, whose `param` is the place in the schema (`#/properties/a`): for a keyword with a
 * wrong value, for one that cannot be guaranteed, for a schema that no value satisfies and for one that is too large
 */
export const jsonSchemaRules = (schema: JsonSchema, options: GrammarOptions): GrammarRules => {
  checkSchemaSize(schema)
  const book = new RuleBook(options.prefix)
  const root = writeSchemaRules(createSchemaScope(schema, options.unsupported), book)
  return printRules(root, book)
}

/** Any JSON object. */
export const anyJsonObjectRules = (prefix: string): GrammarRules => {
  const book = new RuleBook(prefix)
  const name = book.reserve('any')
  book.define(name, anyObject(book))
  return printRules(name, book)
}

const printRules = (name: string, book: RuleBook): GrammarRules => {
  const pruned = pruneRules(name, book.rules)
  if (pruned === undefined)
    throw new Fault('invalid_request', 'No value can satisfy the schema.', { param: '#' })
  const rules = new Map([...pruned.rules].map(([name, expression]) => [name, printExpression(expression)]))
  const length = [...rules].reduce((sum, [name, text]) => sum + name.length + text.length, 0)
  if (length > MAX_LENGTH)
    throw new Fault('invalid_request', 'The schema is too large for a grammar. Make it smaller.')
  return { root: pruned.root, rules }
}
