/** What the top level of a JSON body says about the model. */
export type ModelNameInBody =
  | { readonly type: 'named'; readonly name: string }
  | { readonly type: 'absent' }
  | { readonly type: 'not-text' }
  | { readonly type: 'malformed' }

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const LETTER_N = 0x6e
const SPACE = 0x20

/**
 * Finds `"model"` at the top level without parsing the rest: strings are jumped over, so that a body with 20 MB of images
 * holds up the other requests for less than a millisecond (parsing it took 150 ms). Whether the rest is sound JSON is
 * for the service to say.
 */
export const findModelName = (body: Uint8Array): ModelNameInBody => {
  const cursor = new JsonCursor(body)
  if (cursor.next() !== OPEN_OBJECT) return { type: 'malformed' }
  let start = cursor.next()
  if (start === CLOSE_OBJECT) return { type: 'absent' }
  while (start === QUOTE) {
    const key = cursor.readString()
    if (key === undefined || cursor.next() !== COLON) break
    if (key === 'model') return readName(cursor)
    if (!cursor.skipValue()) break
    const separator = cursor.next()
    if (separator === CLOSE_OBJECT) return { type: 'absent' }
    start = separator === COMMA ? cursor.next() : undefined
  }
  return { type: 'malformed' }
}

const readName = (cursor: JsonCursor): ModelNameInBody => {
  const start = cursor.next()
  if (start === undefined) return { type: 'malformed' }
  if (start === LETTER_N) return { type: 'absent' }
  if (start !== QUOTE) return { type: 'not-text' }
  const name = cursor.readString()
  return name === undefined ? { type: 'malformed' } : { type: 'named', name }
}

/** Of a number, `true`, `false` or `null`. */
const isInScalar = (byte: number | undefined): boolean =>
  byte !== undefined && byte > SPACE && byte !== COMMA && byte !== CLOSE_OBJECT && byte !== QUOTE

/** Walks over bytes of JSON. UTF-8 never has an ASCII byte inside another character, so bytes are enough. */
class JsonCursor {
  private readonly bytes: Buffer
  private at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The next byte that is no white space, which is then behind the cursor; undefined at the end. */
  next(): number | undefined {
    while ((this.bytes[this.at] ?? QUOTE) <= SPACE) this.at += 1
    const byte = this.bytes[this.at]
    this.at += 1
    return byte
  }

  /** The string whose opening quote is behind the cursor; undefined when it does not end or is no JSON. */
  readString(): string | undefined {
    const start = this.at - 1
    if (!this.skipString()) return undefined
    try {
      return String(JSON.parse(this.bytes.toString('utf8', start, this.at)))
    } catch {
      return undefined
    }
  }

  /** Moves behind the value that begins at the cursor; false when the body ends inside it. */
  skipValue(): boolean {
    const start = this.next()
    if (start === QUOTE) return this.skipString()
    if (start === OPEN_OBJECT || start === OPEN_LIST) return this.skipNested()
    if (start === undefined || start === COMMA || start === CLOSE_OBJECT) return false
    return this.skipScalar()
  }

  private skipScalar(): boolean {
    while (isInScalar(this.bytes[this.at])) this.at += 1
    return this.at < this.bytes.length
  }

  private skipNested(): boolean {
    let depth = 1
    while (depth > 0) {
      const byte = this.bytes[this.at]
      if (byte === undefined) return false
      this.at += 1
      if (byte === QUOTE && !this.skipString()) return false
      if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1
      if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth -= 1
    }
    return true
  }

  /** Moves behind the closing quote of the string whose opening quote is behind the cursor. */
  private skipString(): boolean {
    for (;;) {
      const quote = this.bytes.indexOf(QUOTE, this.at)
      if (quote < 0) return false
      let backslashes = 0
      while (quote - backslashes > this.at && this.bytes[quote - 1 - backslashes] === BACKSLASH)
        backslashes += 1
      this.at = quote + 1
      if (backslashes % 2 === 0) return true
    }
  }
}
