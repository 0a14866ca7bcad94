import { Fault } from '@shared/fault/fault.ts'

/** How often an item comes; `most` Infinity: without end. */
export interface GbnfRepeat {
  readonly least: number
  readonly most: number
}

export type GbnfItem =
  /** Literals and character classes; `length` counts what llama.cpp stores of them. */
  | { readonly type: 'text'; readonly length: number; readonly repeat?: GbnfRepeat }
  | { readonly type: 'rule'; readonly name: string; readonly repeat?: GbnfRepeat }
  | { readonly type: 'group'; readonly alternates: GbnfAlternates; readonly repeat?: GbnfRepeat }

export type GbnfAlternates = readonly (readonly GbnfItem[])[]

/** The last definition of a name counts. */
export type GbnfRules = ReadonlyMap<string, GbnfAlternates>

const MOST_CHARACTERS = 4_000_000
/** llama.cpp's parser calls itself for each level, on a stack that a long row of brackets would overflow. */
const DEEPEST_GROUP = 200
/** llama.cpp's own limit. */
const MOST_REPEATS = 2000
/** `a*+?` is a repetition of a repetition; nobody needs many. */
const MOST_SIGNS = 8
const SPACE = /(?:[ \t]+|#[^\r\n]*)*/y
const SPACE_OR_LINES = /(?:[ \t\r\n]+|#[^\r\n]*)*/y
const NAME = /[A-Za-z0-9-]+/y
const INTEGER = /[0-9]+/y
const ESCAPED = /\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[tnr\\"[\]-])/y
const TOKEN = /!?<\[[0-9]{1,9}\]>/y
const LINE_END = /\r\n|\r|\n/y

/** Reads GBNF as llama.cpp does, and says in which line it cannot. @throws Fault `invalid_request`, param `grammar` */
export const parseGbnf = (source: string): GbnfRules => new GbnfParser(source).rules()

export const grammarFault = (reason: string): Fault =>
  new Fault('invalid_request', `The grammar cannot be used: ${reason}.`, { param: 'grammar' })

class GbnfParser {
  readonly #source: string
  #at = 0

  constructor(source: string) {
    if (source.length > MOST_CHARACTERS) throw grammarFault(`it has more than ${MOST_CHARACTERS} characters`)
    // To the engine the text ends there.
    if (source.includes('\0')) throw grammarFault('it holds a NUL character')
    this.#source = source
  }

  rules(): GbnfRules {
    const rules = new Map<string, GbnfAlternates>()
    this.#take(SPACE_OR_LINES)
    while (this.#at < this.#source.length) {
      const name = this.#expect(NAME, 'a name of a rule')
      this.#take(SPACE)
      if (!this.#skip('::=')) throw this.#error(`'::=' is expected after ${name}`)
      this.#take(SPACE_OR_LINES)
      rules.set(name, this.#alternates(0))
      if (this.#at < this.#source.length) this.#expect(LINE_END, 'the end of the line')
      this.#take(SPACE_OR_LINES)
    }
    return rules
  }

  #alternates(depth: number): GbnfAlternates {
    const alternates = [this.#sequence(depth)]
    while (this.#skip('|')) {
      this.#take(SPACE_OR_LINES)
      alternates.push(this.#sequence(depth))
    }
    return alternates
  }

  #sequence(depth: number): readonly GbnfItem[] {
    const items: GbnfItem[] = []
    const space = depth > 0 ? SPACE_OR_LINES : SPACE
    for (;;) {
      const item = this.#item(depth)
      if (item === undefined) return items
      this.#take(space)
      items.push(this.#repeated(item, space))
    }
  }

  #item(depth: number): GbnfItem | undefined {
    const next = this.#source.charAt(this.#at)
    if (next === '"') return { type: 'text', length: this.#characters('"') }
    if (next === '[') return { type: 'text', length: this.#characters(']') }
    if (next === '(') return this.#group(depth)
    if (next === '<' || next === '!') {
      this.#expect(TOKEN, "a token by its number, as in '<[42]>',")
      return { type: 'text', length: 1 }
    }
    if (this.#skip('.')) return { type: 'text', length: 1 }
    if (/[*+?{]/.test(next)) throw this.#error(`there is nothing before '${next}' to repeat`)
    const name = this.#take(NAME)
    return name === '' ? undefined : { type: 'rule', name }
  }

  #group(depth: number): GbnfItem {
    if (depth >= DEEPEST_GROUP) throw this.#error(`more than ${DEEPEST_GROUP} brackets are open`)
    this.#skip('(')
    this.#take(SPACE_OR_LINES)
    const alternates = this.#alternates(depth + 1)
    if (!this.#skip(')')) throw this.#error("')' is expected")
    return { type: 'group', alternates }
  }

  /** A literal or a class. @returns how many characters it names */
  #characters(end: '"' | ']'): number {
    this.#at += 1
    for (let length = 0; ; length++) {
      if (this.#at >= this.#source.length) throw this.#error(`'${end}' is missing`)
      if (this.#skip(end)) return length
      const point = this.#source.codePointAt(this.#at) ?? 0
      if (point === 0x5c) this.#expect(ESCAPED, 'a known escape after the backslash')
      else this.#at += point > 0xffff ? 2 : 1
    }
  }

  #repeated(item: GbnfItem, space: RegExp): GbnfItem {
    let repeated = item
    for (let signs = 0; ; signs++) {
      const repeat = this.#repeat()
      if (repeat === undefined) return repeated
      if (signs >= MOST_SIGNS) throw this.#error('there are too many signs of repetition in a row')
      this.#take(space)
      const inner: GbnfItem = signs === 0 ? repeated : { type: 'group', alternates: [[repeated]] }
      repeated = { ...inner, repeat }
    }
  }

  #repeat(): GbnfRepeat | undefined {
    if (this.#skip('*')) return { least: 0, most: Infinity }
    if (this.#skip('+')) return { least: 1, most: Infinity }
    if (this.#skip('?')) return { least: 0, most: 1 }
    if (!this.#skip('{')) return undefined
    this.#take(SPACE_OR_LINES)
    const least = Number(this.#expect(INTEGER, 'a number'))
    this.#take(SPACE_OR_LINES)
    const most = this.#skip(',') ? this.#mostRepeats() : least
    if (!this.#skip('}')) throw this.#error("'}' is expected")
    if (least > MOST_REPEATS) throw this.#error(`${least} repetitions are more than ${MOST_REPEATS}`)
    // The engine would count up to it for ever.
    if (most < least) throw this.#error(`at least ${least} and at most ${most} repetitions is impossible`)
    return { least, most: most > MOST_REPEATS ? Infinity : most }
  }

  #mostRepeats(): number {
    this.#take(SPACE_OR_LINES)
    const most = this.#take(INTEGER)
    this.#take(SPACE_OR_LINES)
    return most === '' ? Infinity : Number(most)
  }

  #skip(text: string): boolean {
    const isThere = this.#source.startsWith(text, this.#at)
    if (isThere) this.#at += text.length
    return isThere
  }

  /** @param pattern sticky */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const taken = pattern.exec(this.#source)?.[0] ?? ''
    this.#at += taken.length
    return taken
  }

  #expect(pattern: RegExp, what: string): string {
    const taken = this.#take(pattern)
    if (taken === '') throw this.#error(`${what} is expected`)
    return taken
  }

  #error(reason: string): Fault {
    const line = this.#source.slice(0, this.#at).split(/\r\n|\r|\n/).length
    return grammarFault(`in line ${line}, ${reason}`)
  }
}
