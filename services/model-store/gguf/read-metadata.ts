import { GgufDefect } from './gguf-defect.ts'
import type { GgufArray, GgufScalar, GgufValue } from './gguf-header.ts'
import type { HeaderCursor } from './header-cursor.ts'

const TOKENS_KEY = 'tokenizer.ggml.tokens'
const LONGEST_KEY = 65_535
/** Longer texts (whole tokenizers as JSON) are stepped over. */
const LONGEST_KEPT_TEXT_BYTES = 1024 * 1024
const MOST_KEPT_TEXT_BYTES = 8 * 1024 * 1024
/** Per-layer lists have at most 512 entries; vocabularies and merges are never kept. */
const LONGEST_KEPT_ARRAY = 1024
/** A key of one byte with its length, the kind and a value of one byte. */
const LEAST_ENTRY_BYTES = 8 + 1 + 4 + 1
const MOST_ENTRIES = 16_384

const STRING_KIND = 8
const ARRAY_KIND = 9

interface NumberKind {
  readonly sizeBytes: number
  readonly read: (cursor: HeaderCursor) => GgufScalar
}

const exact = (value: bigint): GgufScalar => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}

const NUMBER_KINDS: ReadonlyMap<number, NumberKind> = new Map([
  [0, { sizeBytes: 1, read: (cursor) => cursor.uint8() }],
  [1, { sizeBytes: 1, read: (cursor) => cursor.int8() }],
  [2, { sizeBytes: 2, read: (cursor) => cursor.uint16() }],
  [3, { sizeBytes: 2, read: (cursor) => cursor.int16() }],
  [4, { sizeBytes: 4, read: (cursor) => cursor.uint32() }],
  [5, { sizeBytes: 4, read: (cursor) => cursor.int32() }],
  [6, { sizeBytes: 4, read: (cursor) => cursor.float32() }],
  [7, { sizeBytes: 1, read: (cursor) => cursor.uint8() !== 0 }],
  [10, { sizeBytes: 8, read: (cursor) => exact(cursor.uint64()) }],
  [11, { sizeBytes: 8, read: (cursor) => exact(cursor.int64()) }],
  [12, { sizeBytes: 8, read: (cursor) => cursor.float64() }],
])

export interface MetadataFound {
  readonly metadata: ReadonlyMap<string, GgufValue>
  readonly repeatedToken?: string
}

/** Reads `count` entries. @throws GgufDefect */
export const readMetadata = async (cursor: HeaderCursor, count: number): Promise<MetadataFound> => {
  if (count > MOST_ENTRIES || count * LEAST_ENTRY_BYTES > cursor.bytesLeft) {
    throw new GgufDefect(`Its header claims ${count} metadata entries, which cannot be true.`)
  }
  const reader = new MetadataReader(cursor)
  for (let entry = 0; entry < count; entry++) await reader.readEntry()
  return reader.found
}

class MetadataReader {
  readonly #cursor: HeaderCursor
  readonly #metadata = new Map<string, GgufValue>()
  #keptTextBytes = 0
  #repeatedToken: string | undefined

  constructor(cursor: HeaderCursor) {
    this.#cursor = cursor
  }

  get found(): MetadataFound {
    return {
      metadata: this.#metadata,
      ...(this.#repeatedToken === undefined ? {} : { repeatedToken: this.#repeatedToken }),
    }
  }

  async readEntry(): Promise<void> {
    const key = await this.#key()
    if (this.#metadata.has(key)) throw new GgufDefect(`Its metadata has '${key}' twice.`)
    await this.#cursor.ensure(4)
    const value = await this.#value(key, this.#cursor.uint32())
    if (value !== undefined) this.#metadata.set(key, value)
  }

  async #key(): Promise<string> {
    await this.#cursor.ensure(8)
    const lengthBytes = this.#cursor.count('length of a metadata key')
    if (lengthBytes === 0 || lengthBytes > LONGEST_KEY) {
      throw new GgufDefect(`Its metadata has a key of ${lengthBytes} bytes.`)
    }
    await this.#cursor.ensure(lengthBytes)
    return this.#cursor.bytes(lengthBytes).toString('utf8')
  }

  async #value(key: string, kindId: number): Promise<GgufValue | undefined> {
    if (kindId === STRING_KIND) return this.#text(key)
    if (kindId === ARRAY_KIND) return this.#array(key)
    const kind = this.#numberKind(key, kindId)
    await this.#cursor.ensure(kind.sizeBytes)
    return kind.read(this.#cursor)
  }

  #numberKind(key: string, kindId: number): NumberKind {
    const kind = NUMBER_KINDS.get(kindId)
    if (kind === undefined) throw new GgufDefect(`Its metadata '${key}' is of the unknown kind ${kindId}.`)
    return kind
  }

  async #text(key: string): Promise<string | undefined> {
    await this.#cursor.ensure(8)
    const lengthBytes = this.#textLength(key)
    const total = this.#keptTextBytes + lengthBytes
    if (lengthBytes > LONGEST_KEPT_TEXT_BYTES || total > MOST_KEPT_TEXT_BYTES) {
      this.#cursor.skip(lengthBytes)
      return undefined
    }
    this.#keptTextBytes = total
    await this.#cursor.ensure(lengthBytes)
    return this.#cursor.bytes(lengthBytes).toString('utf8')
  }

  #textLength(key: string): number {
    const lengthBytes = this.#cursor.count(`length of a text in '${key}'`)
    if (lengthBytes > this.#cursor.bytesLeft) {
      throw new GgufDefect(`A text in its metadata '${key}' claims to be longer than the file.`)
    }
    return lengthBytes
  }

  async #array(key: string): Promise<GgufArray> {
    await this.#cursor.ensure(12)
    const kindId = this.#cursor.uint32()
    const length = this.#cursor.count(`length of '${key}'`)
    if (kindId === ARRAY_KIND) throw new GgufDefect(`Its metadata '${key}' is a list of lists.`)
    if (kindId === STRING_KIND) return this.#texts(key, length)
    const kind = this.#numberKind(key, kindId)
    this.#checkArrayFits(key, length * kind.sizeBytes)
    if (length > LONGEST_KEPT_ARRAY) {
      this.#cursor.skip(length * kind.sizeBytes)
      return { length, isOfTexts: false }
    }
    await this.#cursor.ensure(length * kind.sizeBytes)
    return { length, isOfTexts: false, values: Array.from({ length }, () => kind.read(this.#cursor)) }
  }

  #checkArrayFits(key: string, leastBytes: number): void {
    if (leastBytes > this.#cursor.bytesLeft) {
      throw new GgufDefect(`The list '${key}' in its metadata claims to be longer than the file.`)
    }
  }

  /** Steps over a list of texts; of the token list it finds out whether a text stands there twice. */
  async #texts(key: string, length: number): Promise<GgufArray> {
    const cursor = this.#cursor
    this.#checkArrayFits(key, length * 8)
    const seen = key === TOKENS_KEY ? new Set<string>() : undefined
    for (let index = 0; index < length; index++) {
      if (!cursor.has(8)) await cursor.ensure(8)
      const lengthBytes = this.#textLength(key)
      if (!cursor.has(lengthBytes)) await cursor.ensure(lengthBytes)
      if (seen === undefined || lengthBytes === 0) cursor.skip(lengthBytes)
      else this.#note(cursor.latin1(lengthBytes), seen)
    }
    return { length, isOfTexts: true }
  }

  #note(token: string, seen: Set<string>): void {
    if (seen.has(token)) this.#repeatedToken ??= Buffer.from(token, 'latin1').toString('utf8')
    else seen.add(token)
  }
}
