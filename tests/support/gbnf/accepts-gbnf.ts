import type { GbnfGrammar, GbnfNode } from './gbnf-grammar.ts'

/** Whether a grammar matches a whole text. */
export const acceptsGbnf = (grammar: GbnfGrammar, text: string): boolean => {
  const codePoints = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  const known = new Map<string, ReadonlySet<number>>()

  const ends = (node: GbnfNode, start: number): ReadonlySet<number> => {
    switch (node.type) {
      case 'text':
        return node.codePoints.every((code, index) => codePoints[start + index] === code)
          ? new Set([start + node.codePoints.length])
          : NOWHERE
      case 'set':
        return contains(node, codePoints[start]) ? new Set([start + 1]) : NOWHERE
      case 'rule':
        return endsOfRule(node.name, start)
      case 'sequence':
        return node.parts.reduce<ReadonlySet<number>>((places, part) => after(part, places), new Set([start]))
      case 'choice':
        return new Set(node.options.flatMap((option) => [...ends(option, start)]))
      case 'repeat':
        return endsOfRepeat(node, start)
    }
  }

  const after = (node: GbnfNode, places: ReadonlySet<number>): ReadonlySet<number> =>
    new Set([...places].flatMap((place) => [...ends(node, place)]))

  const endsOfRule = (name: string, start: number): ReadonlySet<number> => {
    const key = `${name} ${start}`
    const found = known.get(key) ?? ends(grammar.get(name) ?? { type: 'choice', options: [] }, start)
    known.set(key, found)
    return found
  }

  const endsOfRepeat = (node: Extract<GbnfNode, { type: 'repeat' }>, start: number): ReadonlySet<number> => {
    const reached = new Set<number>(node.min === 0 ? [start] : [])
    let places: ReadonlySet<number> = new Set([start])
    for (let count = 1; count <= node.max && places.size > 0; count++) {
      const next = after(node.part, places)
      // Without an end: only places that are new matter.
      places = count > node.min ? new Set([...next].filter((place) => !reached.has(place))) : next
      if (count >= node.min) for (const place of places) reached.add(place)
    }
    return reached
  }

  return endsOfRule('root', 0).has(codePoints.length)
}

const NOWHERE: ReadonlySet<number> = new Set()

const contains = (
  { isNegated, ranges }: Extract<GbnfNode, { type: 'set' }>,
  codePoint: number | undefined,
): boolean =>
  codePoint !== undefined && ranges.some(([from, to]) => codePoint >= from && codePoint <= to) !== isNegated
