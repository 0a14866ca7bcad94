/**
 * A parser that is written as if all the text were there: it yields wherever it needs more of it, and is left there when
 * no more comes.
 */
export type Parsing<Result = void> = Generator<undefined, Result, undefined>

/** The text that came and was not read yet. Everything is read once; only what was recorded can be read again. */
export class TextFeed {
  #text = ''
  #position = 0
  #recorded = ''
  #isRecording = false

  push(piece: string): void {
    this.#text = this.#text.slice(this.#position) + piece
    this.#position = 0
  }

  get isEmpty(): boolean {
    return this.#position === this.#text.length
  }

  /** The next character; empty when there is none yet. */
  peek(): string {
    return this.#text.charAt(this.#position)
  }

  /** Everything that is there. */
  get rest(): string {
    return this.#text.slice(this.#position)
  }

  skip(length: number): void {
    if (this.#isRecording) this.#recorded += this.#text.slice(this.#position, this.#position + length)
    this.#position += length
  }

  /** Remembers what is read from here on. */
  record(): void {
    this.#recorded = ''
    this.#isRecording = true
  }

  get isRecording(): boolean {
    return this.#isRecording
  }

  /** @returns what was read since `record` */
  stopRecording(): string {
    this.#isRecording = false
    return this.#recorded
  }

  /** Makes what was recorded unread. */
  unread(): void {
    this.push('')
    this.#text = this.stopRecording() + this.#text
  }
}

/** Waits for the next character. */
export function* awaitText(feed: TextFeed): Parsing {
  while (feed.isEmpty) yield
}

export const isSpace = (character: string): boolean =>
  character === ' ' || character === '\n' || character === '\t' || character === '\r'

export function* skipSpace(feed: TextFeed): Parsing {
  yield* awaitText(feed)
  while (isSpace(feed.peek())) {
    feed.skip(1)
    yield* awaitText(feed)
  }
}
