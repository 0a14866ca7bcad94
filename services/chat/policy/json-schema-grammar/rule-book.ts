import { Fault } from '@shared/fault/fault.ts'
import { printExpression } from './gbnf-text.ts'
import { nameLargeGroups } from './name-large-groups.ts'
import { rule, weightOf } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'

/** Elements of a grammar: beyond that, llama.cpp takes seconds to read it, for each request again. */
const MAX_WEIGHT = 300_000

const tooLarge = (): Fault =>
  new Fault(
    'invalid_request',
    'The schema is too large for a grammar. Use fewer properties and enum values, or smaller lengths.',
  )

/** Writes the rules of one grammar, each under a name of its own. */
export class RuleBook {
  readonly #rules = new Map<string, Expression>()
  readonly #names = new Map<string, string>()
  readonly #prefix: string
  #count = 0
  #weight = 0

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  get rules(): ReadonlyMap<string, Expression> {
    return this.#rules
  }

  /** A rule that every grammar has only once; `make` is called for the first who wants it, and may refer to it. */
  shared(name: string, make: () => Expression): Expression {
    const full = `${this.#prefix}-${name}`
    if (!this.#rules.has(full)) {
      this.#rules.set(full, rule(full))
      this.define(full, make())
    }
    return rule(full)
  }

  /** A rule for this expression, the same for equal ones. Of what llama.cpp would copy, only the name is copied then. */
  named(hint: string, expression: Expression): Expression {
    if (expression.type === 'rule') return expression
    const text = printExpression(expression)
    const known = this.#names.get(text)
    if (known !== undefined) return rule(known)
    const name = this.reserve(hint)
    this.#names.set(text, name)
    this.define(name, expression)
    return rule(name)
  }

  /** A new name, for a rule that is defined later. Prefix, one word, a number: names of two prefixes never meet. */
  reserve(hint: string): string {
    const word = hint.replaceAll(/[^a-zA-Z0-9]/g, '').slice(0, 24)
    this.#count += 1
    return `${this.#prefix}-${word === '' ? 'value' : word}-${this.#count}`
  }

  define(name: string, expression: Expression): void {
    this.#weight += 1 + weightOf(expression)
    if (this.#weight > MAX_WEIGHT) throw tooLarge()
    this.#rules.set(
      name,
      nameLargeGroups(expression, (group) => this.named('group', group)),
    )
  }
}
