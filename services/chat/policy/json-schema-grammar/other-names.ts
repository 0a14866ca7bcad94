import { charactersOf, difference, PLAIN_IN_JSON } from './character-set.ts'
import { characters, choice, EMPTY, literal, repeat, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import { quoted } from './json-rules.ts'

interface NameNode {
  readonly children: Map<string, NameNode>
  isName: boolean
}

/**
 * A name in quotes that is none of these, and not empty. It has no escapes: otherwise a taken name could be written in
 * another way (`\u0061` is `a`).
 */
export const otherNames = (taken: Iterable<string>): Expression => {
  const root: NameNode = { children: new Map(), isName: true }
  for (const name of taken) if (isPlain(name)) addName(root, name)
  return quoted(unlike(root))
}

const PLAIN = characters(...PLAIN_IN_JSON)

/** Names that need escapes cannot be met by accident. */
const isPlain = (name: string): boolean => difference(charactersOf(name), PLAIN_IN_JSON).length === 0

const addName = (root: NameNode, name: string): void => {
  let node = root
  for (const character of name) {
    const child = node.children.get(character) ?? { children: new Map(), isName: false }
    node.children.set(character, child)
    node = child
  }
  node.isName = true
}

const unlike = ({ children, isName }: NameNode): Expression => {
  const others = difference(PLAIN_IN_JSON, charactersOf([...children.keys()].join('')))
  return choice([
    ...(isName ? [] : [EMPTY]),
    sequence([characters(...others), repeat(PLAIN, 0)]),
    ...Array.from(children, ([character, child]) => sequence([literal(character), unlike(child)])),
  ])
}
