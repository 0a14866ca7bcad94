import { choice, NEVER, optional, repeat, rule, rulesIn, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'

type Rules = ReadonlyMap<string, Expression>

/**
 * The rules that `root` needs, without the alternatives that never come to an end (a node that must have a child of its
 * own kind) and without rules that are only another name. Undefined when nothing is left: no value satisfies the schema.
 */
export const pruneRules = (
  root: string,
  rules: Rules,
): { readonly root: string; readonly rules: Rules } | undefined => {
  const finite = finiteRules(rules)
  if (!finite.has(root)) return undefined
  const living = new Map<string, Expression>()
  for (const [name, expression] of rules) {
    if (finite.has(name)) living.set(name, withoutDead(expression, finite))
  }
  const reached = new Map<string, Expression>()
  const start = realName(root, living)
  const waiting = [start]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const expression = living.get(name)
    if (expression === undefined || reached.has(name)) continue
    const resolved = withRealNames(expression, living)
    reached.set(name, resolved)
    for (const next of rulesIn(resolved)) waiting.push(next)
  }
  return { root: start, rules: inOrder(reached, rules) }
}

/** Names of the rules that some text matches. What refers to later rules is the usual case: from the last to the first. */
const finiteRules = (rules: Rules): ReadonlySet<string> => {
  const finite = new Set<string>()
  let open = [...rules].toReversed()
  for (let before = -1; before !== open.length;) {
    before = open.length
    open = open.filter(([name, expression]) => {
      if (!isFinite(expression, finite)) return true
      finite.add(name)
      return false
    })
  }
  return finite
}

const isFinite = (expression: Expression, finite: ReadonlySet<string>): boolean => {
  switch (expression.type) {
    case 'rule':
      return finite.has(expression.name)
    case 'sequence':
      return expression.parts.every((part) => isFinite(part, finite))
    case 'choice':
      return expression.options.some((option) => isFinite(option, finite))
    case 'repeat':
      return expression.min === 0 || isFinite(expression.part, finite)
    default:
      return true
  }
}

const withoutDead = (expression: Expression, finite: ReadonlySet<string>): Expression => {
  switch (expression.type) {
    case 'rule':
      return finite.has(expression.name) ? expression : NEVER
    case 'sequence':
      return sequence(expression.parts.map((part) => withoutDead(part, finite)))
    case 'choice':
      return choice(expression.options.map((option) => withoutDead(option, finite)))
    case 'repeat':
      return repeated(expression, withoutDead(expression.part, finite))
    default:
      return expression
  }
}

const withRealNames = (expression: Expression, rules: Rules): Expression => {
  switch (expression.type) {
    case 'rule':
      return rule(realName(expression.name, rules))
    case 'sequence':
      return sequence(expression.parts.map((part) => withRealNames(part, rules)))
    case 'choice':
      return choice(expression.options.map((option) => withRealNames(option, rules)))
    case 'repeat':
      return repeated(expression, withRealNames(expression.part, rules))
    default:
      return expression
  }
}

const repeated = (expression: Extract<Expression, { type: 'repeat' }>, part: Expression): Expression =>
  expression.min === 0 && expression.max === 1 ? optional(part) : repeat(part, expression.min, expression.max)

/** Follows rules that consist of another rule only. Such a chain has an end, for a circle would match no text. */
const realName = (name: string, rules: Rules): string => {
  let current = name
  for (;;) {
    const expression = rules.get(current)
    if (expression?.type !== 'rule') return current
    current = expression.name
  }
}

const inOrder = (reached: Rules, order: Rules): Rules => {
  const sorted = new Map<string, Expression>()
  for (const name of order.keys()) {
    const expression = reached.get(name)
    if (expression !== undefined) sorted.set(name, expression)
  }
  return sorted
}
