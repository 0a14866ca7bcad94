import { grammarFault, parseGbnf } from './parse-gbnf.ts'
import type { GbnfAlternates, GbnfItem, GbnfRules } from './parse-gbnf.ts'

/** What llama.cpp may come to store of a grammar: 8 MB. */
const MOST_ELEMENTS = 1_000_000
/** llama.cpp follows the first parts of rules into each other by calling itself. */
const DEEPEST_RULE = 5000
/** It follows each way through them on its own, and there can be more of them than time. */
const MOST_BEGINNINGS = 100_000

/**
 * Whether the engine can be given a grammar. The engine itself would tell no reason; and it aborts over rules that go too
 * deep, and never comes back from others.
 * @throws Fault `invalid_request`, param `grammar`
 */
export const checkGbnf = (source: string): void => {
  const rules = parseGbnf(source)
  if (!rules.has('root')) throw grammarFault("it has no rule named 'root'")
  let elements = 0
  for (const [name, alternates] of rules) elements += countElements(rules, alternates, name)
  if (elements > MOST_ELEMENTS) throw grammarFault('with all its repetitions it is too large')
  const beginnings = new BeginningCounter(rules)
  for (const name of rules.keys()) {
    if (beginnings.ofRule(name).ways > MOST_BEGINNINGS)
      throw grammarFault(`there are too many ways to begin ${name}: make its alternatives begin differently`)
  }
}

/** Also sees to it that every rule is there. @param name of the rule that it is a part of */
const countElements = (rules: GbnfRules, alternates: GbnfAlternates, name: string): number =>
  alternates.flat().reduce((sum, item) => {
    if (item.type === 'rule' && !rules.has(item.name))
      throw grammarFault(`the rule ${item.name}, which ${name} names, is missing`)
    const inner = item.type === 'group' ? countElements(rules, item.alternates, name) : 0
    const own = item.type === 'text' ? item.length : 1
    return sum + inner + own * copiesOf(item)
  }, 1)

const copiesOf = ({ repeat }: GbnfItem): number => {
  if (repeat === undefined) return 1
  return Number.isFinite(repeat.most) ? Math.max(1, repeat.most) : repeat.least + 1
}

/** How llama.cpp looks for a rule that begins with itself. */
interface Beginnings {
  /** How many steps that takes. */
  readonly ways: number
  readonly depth: number
}

const NOTHING: Beginnings = { ways: 0, depth: 0 }

class BeginningCounter {
  readonly #rules: GbnfRules
  readonly #known = new Map<GbnfAlternates, Beginnings | 'open'>()

  constructor(rules: GbnfRules) {
    this.#rules = rules
  }

  ofRule(name: string): Beginnings {
    return this.#ofAlternates(this.#rules.get(name) ?? [], name, 0)
  }

  #ofAlternates(alternates: GbnfAlternates, name: string, level: number): Beginnings {
    const known = this.#known.get(alternates)
    if (known === 'open') throw grammarFault(`the rule ${name} begins with itself`)
    if (known !== undefined) return known
    if (level > DEEPEST_RULE) throw grammarFault(`more than ${DEEPEST_RULE} rules begin with each other`)
    this.#known.set(alternates, 'open')
    const parts = alternates.map((items) => this.#ofSequence(items, name, level))
    const found = { ways: 1 + sumOf(parts), depth: 1 + deepestOf(parts) }
    if (found.depth > DEEPEST_RULE)
      throw grammarFault(`more than ${DEEPEST_RULE} rules begin with each other`)
    this.#known.set(alternates, found)
    return found
  }

  /** Up to the first item that has to be something. */
  #ofSequence(items: readonly GbnfItem[], name: string, level: number): Beginnings {
    const parts: Beginnings[] = []
    for (const item of items) {
      const part = this.#ofItem(item, name, level)
      parts.push(repeated(part, item, this.#canBeEmpty(item)))
      if (!this.#canBeEmpty(item) && (item.repeat?.least ?? 1) > 0) break
    }
    return { ways: sumOf(parts), depth: deepestOf(parts) }
  }

  #ofItem(item: GbnfItem, name: string, level: number): Beginnings {
    switch (item.type) {
      case 'text':
        return NOTHING
      case 'rule':
        return this.#ofAlternates(this.#rules.get(item.name) ?? [], item.name, level + 1)
      case 'group':
        return this.#ofAlternates(item.alternates, name, level + 1)
    }
  }

  /** Without its repetition. As llama.cpp: only if one of its alternatives has nothing in it at all. */
  #canBeEmpty(item: GbnfItem): boolean {
    if (item.type === 'text') return item.length === 0
    const alternates = item.type === 'rule' ? this.#rules.get(item.name) : item.alternates
    return alternates?.some((items) => items.every((one) => one.type === 'text' && one.length === 0)) ?? false
  }
}

/** A repetition is a rule of its own, and a bounded one a chain of rules, each of which begins with the item. */
const repeated = (part: Beginnings, { repeat }: GbnfItem, canBeEmpty: boolean): Beginnings => {
  if (repeat === undefined) return part
  const copies = canBeEmpty ? copiesOf({ type: 'text', length: 0, repeat }) : 1
  return { ways: (part.ways + 1) * copies + 1, depth: part.depth + copies + 1 }
}

const sumOf = (parts: readonly Beginnings[]): number => parts.reduce((sum, { ways }) => sum + ways, 0)

const deepestOf = (parts: readonly Beginnings[]): number =>
  parts.reduce((deepest, { depth }) => Math.max(deepest, depth), 0)
