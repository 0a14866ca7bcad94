import { SeededRandom } from '../gguf/seeded-random.ts'
import type { GbnfGrammar, GbnfNode } from './gbnf-grammar.ts'

/** Rules within rules, beyond which the shortest way out is taken. */
const MAX_DEPTH = 60
/** Rules in all, after which the same is done. */
const MAX_STEPS = 3000
/** Most repetitions where the grammar has no end, or a far one. */
const MAX_TIMES = 6

/** Writes texts that a grammar matches: the same for the same seed. */
export const createGbnfSampler = (grammar: GbnfGrammar, seed: number): (() => string) => {
  const random = new SeededRandom(seed)
  const heights = heightsOf(grammar)
  const pick = (count: number): number => Math.floor(random.uniform() * count)

  const times = (node: Extract<GbnfNode, { type: 'repeat' }>, isInHaste: boolean): number => {
    if (isInHaste) return node.min
    const span = Math.min(node.max - node.min, MAX_TIMES)
    // The far end of a range is where mistakes are.
    if (Number.isFinite(node.max) && node.max <= 50 && pick(8) === 0) return node.max
    return node.min + pick(span + 1)
  }

  let steps = 0
  const write = (node: GbnfNode, depth: number): string => {
    const isInHaste = depth > MAX_DEPTH || steps > MAX_STEPS
    switch (node.type) {
      case 'text':
        return String.fromCodePoint(...node.codePoints)
      case 'set':
        return characterOf(node, pick)
      case 'rule':
        steps += 1
        return write(ruleOf(grammar, node.name), depth + 1)
      case 'sequence':
        return node.parts.map((part) => write(part, depth)).join('')
      case 'choice':
        return write(
          isInHaste ? lowest(node.options, heights) : (node.options[pick(node.options.length)] ?? node),
          depth,
        )
      case 'repeat':
        return Array.from({ length: times(node, isInHaste) }, () => write(node.part, depth)).join('')
    }
  }
  return () => {
    steps = 0
    return write(ruleOf(grammar, 'root'), 0)
  }
}

const ruleOf = (grammar: GbnfGrammar, name: string): GbnfNode => {
  const rule = grammar.get(name)
  if (rule === undefined) throw new Error(`There is no rule ${name}.`)
  return rule
}

const characterOf = (
  { isNegated, ranges }: Extract<GbnfNode, { type: 'set' }>,
  pick: (count: number) => number,
): string => {
  if (isNegated || ranges.length === 0) throw new Error('Our grammars name what they allow.')
  const [from, to] = ranges[pick(ranges.length)] ?? [0, 0]
  // Mostly the characters that people write.
  const near = from < 0x80 && pick(4) > 0 ? Math.min(to, 0x7e) : to
  return String.fromCodePoint(from + pick(near - from + 1))
}

const lowest = (options: readonly GbnfNode[], heights: ReadonlyMap<string, number>): GbnfNode =>
  options.reduce((best, option) => (heightOf(option, heights) < heightOf(best, heights) ? option : best))

/** How many rules deep the shortest text of each rule is. */
const heightsOf = (grammar: GbnfGrammar): ReadonlyMap<string, number> => {
  const heights = new Map<string, number>()
  for (let hasChanged = true; hasChanged;) {
    hasChanged = false
    for (const [name, rule] of grammar) {
      const height = 1 + heightOf(rule, heights)
      if (height >= (heights.get(name) ?? Infinity)) continue
      heights.set(name, height)
      hasChanged = true
    }
  }
  return heights
}

const heightOf = (node: GbnfNode, heights: ReadonlyMap<string, number>): number => {
  switch (node.type) {
    case 'rule':
      return heights.get(node.name) ?? Infinity
    case 'sequence':
      return Math.max(0, ...node.parts.map((part) => heightOf(part, heights)))
    case 'choice':
      return Math.min(...node.options.map((option) => heightOf(option, heights)))
    case 'repeat':
      return node.min === 0 ? 0 : heightOf(node.part, heights)
    default:
      return 0
  }
}
