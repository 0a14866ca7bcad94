/** Why a pattern has no grammar: a sentence for who wrote it. */
export class PatternProblem extends Error {
  override readonly name = 'PatternProblem'
}

/** A pattern that is read from left to right, by whole characters. */
export class PatternText {
  readonly #text: string
  #place = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#place >= this.#text.length
  }

  /** The next character; the empty text at the end. */
  peek(): string {
    const codePoint = this.#text.codePointAt(this.#place)
    return codePoint === undefined ? '' : String.fromCodePoint(codePoint)
  }

  /** @throws PatternProblem at the end */
  take(): string {
    if (this.isAtEnd) throw new PatternProblem('It ends too early.')
    const character = this.peek()
    this.#place += character.length
    return character
  }

  /** Takes this character if it is the next one. */
  takes(character: string): boolean {
    if (this.peek() !== character) return false
    this.#place += character.length
    return true
  }

  /** @param expression bound to the beginning; looks no further than 100 characters */
  takeMatch(expression: RegExp): RegExpExecArray | undefined {
    const found = expression.exec(this.#text.slice(this.#place, this.#place + 100))
    if (found !== null) this.#place += found[0].length
    return found ?? undefined
  }
}
