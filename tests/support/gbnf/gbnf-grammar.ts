/** A grammar in GBNF as a tree, read independently of what writes our grammars. */
export type GbnfNode =
  | { readonly type: 'text'; readonly codePoints: readonly number[] }
  | {
      readonly type: 'set'
      readonly isNegated: boolean
      readonly ranges: readonly (readonly [from: number, to: number])[]
    }
  | { readonly type: 'rule'; readonly name: string }
  | { readonly type: 'sequence'; readonly parts: readonly GbnfNode[] }
  | { readonly type: 'choice'; readonly options: readonly GbnfNode[] }
  | { readonly type: 'repeat'; readonly part: GbnfNode; readonly min: number; readonly max: number }

export type GbnfGrammar = ReadonlyMap<string, GbnfNode>

/** @throws Error for a text that is no grammar, and for a rule that is missing */
export const parseGbnf = (text: string): GbnfGrammar => {
  const rules = new Map<string, GbnfNode>()
  for (const line of text.split('\n').filter((line) => line.trim() !== '')) {
    const [, name = '', body = ''] = /^([a-zA-Z0-9-]+) ::= (.*)$/.exec(line) ?? []
    if (name === '' || rules.has(name))
      throw new Error(`This is no rule, or a second one: ${line.slice(0, 80)}`)
    rules.set(name, new RuleReader(body).whole())
  }
  for (const rule of rules.values()) checkNames(rule, rules)
  return rules
}

const checkNames = (node: GbnfNode, rules: GbnfGrammar): void => {
  if (node.type === 'rule' && !rules.has(node.name)) throw new Error(`There is no rule ${node.name}.`)
  if (node.type === 'sequence') for (const part of node.parts) checkNames(part, rules)
  if (node.type === 'choice') for (const option of node.options) checkNames(option, rules)
  if (node.type === 'repeat') checkNames(node.part, rules)
}

const CODES: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }
const CONTROLS: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09 }

class RuleReader {
  readonly #text: readonly string[]
  #place = 0

  constructor(text: string) {
    this.#text = Array.from(text)
  }

  whole(): GbnfNode {
    const node = this.#choice()
    if (this.#place < this.#text.length) throw this.#problem('the end')
    return node
  }

  #choice(): GbnfNode {
    const options = [this.#sequence()]
    while (this.#takes('|')) options.push(this.#sequence())
    const [only] = options
    return options.length === 1 && only !== undefined ? only : { type: 'choice', options }
  }

  #sequence(): GbnfNode {
    const parts: GbnfNode[] = []
    this.#skipSpace()
    while (this.#place < this.#text.length && !'|)'.includes(this.#peek())) {
      parts.push(this.#repeated(this.#atom()))
      this.#skipSpace()
    }
    return { type: 'sequence', parts }
  }

  #repeated(part: GbnfNode): GbnfNode {
    const signs = { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] } as const
    const sign = this.#peek()
    if (sign === '*' || sign === '+' || sign === '?') {
      this.#place += 1
      return { type: 'repeat', part, min: signs[sign][0], max: signs[sign][1] }
    }
    if (!this.#takes('{')) return part
    const end = this.#text.indexOf('}', this.#place)
    const [least = '', most = least] = this.#text.slice(this.#place, end).join('').split(',')
    this.#place = end + 1
    return { type: 'repeat', part, min: Number(least), max: most === '' ? Infinity : Number(most) }
  }

  #atom(): GbnfNode {
    if (this.#takes('"')) return this.#literal()
    if (this.#takes('[')) return this.#set()
    if (this.#takes('(')) {
      const node = this.#choice()
      if (!this.#takes(')')) throw this.#problem(')')
      return node
    }
    let name = ''
    while (/[a-zA-Z0-9-]/.test(this.#peek())) name += this.#next()
    if (name === '') throw this.#problem('a name')
    return { type: 'rule', name }
  }

  #literal(): GbnfNode {
    const codePoints: number[] = []
    while (!this.#takes('"')) codePoints.push(this.#character())
    return { type: 'text', codePoints }
  }

  #set(): GbnfNode {
    const isNegated = this.#takes('^')
    const ranges: [number, number][] = []
    while (!this.#takes(']')) {
      const from = this.#character()
      const isRange = this.#peek() === '-' && this.#text[this.#place + 1] !== ']'
      if (isRange) this.#place += 1
      ranges.push([from, isRange ? this.#character() : from])
    }
    return { type: 'set', isNegated, ranges }
  }

  #character(): number {
    const character = this.#next()
    if (character !== '\\') return character.codePointAt(0) ?? 0
    const escape = this.#next()
    const length = CODES[escape]
    if (length === undefined) return CONTROLS[escape] ?? escape.codePointAt(0) ?? 0
    const code = Number.parseInt(this.#text.slice(this.#place, this.#place + length).join(''), 16)
    this.#place += length
    return code
  }

  #peek(): string {
    return this.#text[this.#place] ?? ''
  }

  #next(): string {
    const character = this.#text[this.#place]
    if (character === undefined) throw this.#problem('a character')
    this.#place += 1
    return character
  }

  #takes(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#place += 1
    return true
  }

  #skipSpace(): void {
    while (this.#peek() === ' ') this.#place += 1
  }

  #problem(expected: string): Error {
    return new Error(`Expected ${expected} at ${this.#place} of ${this.#text.join('').slice(0, 200)}`)
  }
}
