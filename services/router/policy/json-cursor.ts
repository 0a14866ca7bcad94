export const QUOTE = 0x22
const BACKSLASH = 0x5c
export const COLON = 0x3a
export const COMMA = 0x2c
export const OPEN_OBJECT = 0x7b
export const CLOSE_OBJECT = 0x7d
export const OPEN_LIST = 0x5b
export const CLOSE_LIST = 0x5d
const SPACE = 0x20

/** Of a number, `true`, `false` or `null`. */
const isInScalar = (byte: number | undefined): boolean =>
  byte !== undefined && byte > SPACE && byte !== COMMA && byte !== CLOSE_OBJECT && byte !== QUOTE

/** Walks over bytes of JSON. UTF-8 never has an ASCII byte inside another character, so bytes are enough. */
export class JsonCursor {
  private readonly bytes: Buffer
  private at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Bytes before the cursor. */
  get position(): number {
    return this.at
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

  /** The text of the value that begins at the cursor, which is then behind it; undefined when the body ends inside it. */
  readValue(): string | undefined {
    const start = this.at
    return this.skipValue() ? this.bytes.toString('utf8', start, this.at) : undefined
  }

  /** The same as bytes, which are those of the body. */
  sliceValue(): Buffer | undefined {
    const start = this.at
    return this.skipValue() ? this.bytes.subarray(start, this.at) : undefined
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
    const end = stringEnd(this.bytes, this.at)
    if (end >= 0) this.at = end
    return end >= 0
  }
}

/** Quotes in a text come in pairs and in code by the dozen: so many bytes behind one are looked at one by one. */
const NEAR_BYTES = 64

/** Behind the closing quote of the string whose opening quote is before `from`; −1 when it does not end. */
export const stringEnd = (bytes: Buffer, from: number): number => {
  let at = from
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at)
    if (quote < 0) return -1
    let backslashes = 0
    while (quote - backslashes > at && bytes[quote - 1 - backslashes] === BACKSLASH) backslashes += 1
    at = quote + 1
    if (backslashes % 2 === 0) return at
    const near = Math.min(bytes.length, at + NEAR_BYTES)
    while (at < near && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
    if (at < near) return at + 1
  }
}
