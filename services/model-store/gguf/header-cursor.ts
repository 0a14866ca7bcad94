import type { ByteSource } from './byte-source.ts'
import { GgufDefect } from './gguf-defect.ts'

const CHUNK_BYTES = 1024 * 1024

/**
 * Most bytes of a header that are read. The largest vocabularies in use (262 144 tokens with merges) take about 20 MB;
 * arrays of numbers are stepped over and do not count.
 */
const MOST_BYTES_READ = 96 * 1024 * 1024

/**
 * Walks through a file front to back, one chunk in memory at a time.
 * `ensure` waits for bytes; what reads them then does not wait, so that a list of 260 000 strings is one tight loop.
 */
export class HeaderCursor {
  readonly #source: ByteSource
  #window = Buffer.alloc(0)
  /** Offset in the file of the window's first byte. */
  #windowStart = 0
  /** Next byte, counted from the window's start. */
  #position = 0
  #bytesRead = 0

  constructor(source: ByteSource) {
    this.#source = source
  }

  get offset(): number {
    return this.#windowStart + this.#position
  }

  get bytesLeft(): number {
    return this.#source.sizeBytes - this.offset
  }

  has(byteCount: number): boolean {
    return this.#position + byteCount <= this.#window.length
  }

  /** Waits until the next `byteCount` bytes can be read. */
  async ensure(byteCount: number): Promise<void> {
    if (this.has(byteCount)) return
    if (byteCount > this.bytesLeft) throw new GgufDefect('The file ends in the middle of its header.')
    const rest = this.#window.subarray(this.#position)
    const wanted = Math.min(Math.max(byteCount, CHUNK_BYTES), this.bytesLeft) - rest.length
    this.#bytesRead += wanted
    if (this.#bytesRead > MOST_BYTES_READ) {
      throw new GgufDefect(`The header is larger than ${MOST_BYTES_READ / 1024 / 1024} MB.`)
    }
    const fresh = await this.#readFully(this.#windowStart + this.#window.length, wanted)
    this.#windowStart += this.#position
    this.#window = Buffer.concat([rest, fresh])
    this.#position = 0
  }

  /** Steps over bytes without reading those beyond the window. */
  skip(byteCount: number): void {
    if (byteCount > this.bytesLeft) throw new GgufDefect('The file ends in the middle of its header.')
    if (this.has(byteCount)) {
      this.#position += byteCount
      return
    }
    this.#windowStart = this.offset + byteCount
    this.#window = Buffer.alloc(0)
    this.#position = 0
  }

  uint8(): number {
    return this.#window.readUInt8(this.#advance(1))
  }

  int8(): number {
    return this.#window.readInt8(this.#advance(1))
  }

  uint16(): number {
    return this.#window.readUInt16LE(this.#advance(2))
  }

  int16(): number {
    return this.#window.readInt16LE(this.#advance(2))
  }

  uint32(): number {
    return this.#window.readUInt32LE(this.#advance(4))
  }

  int32(): number {
    return this.#window.readInt32LE(this.#advance(4))
  }

  float32(): number {
    return this.#window.readFloatLE(this.#advance(4))
  }

  float64(): number {
    return this.#window.readDoubleLE(this.#advance(8))
  }

  uint64(): bigint {
    return this.#window.readBigUInt64LE(this.#advance(8))
  }

  int64(): bigint {
    return this.#window.readBigInt64LE(this.#advance(8))
  }

  /** A length, count or offset: whatever does not fit a safe integer cannot be true of any file. */
  count(what: string): number {
    const position = this.#advance(8)
    const high = this.#window.readUInt32LE(position + 4)
    const value = high * 2 ** 32 + this.#window.readUInt32LE(position)
    if (high >= 2 ** 21) throw new GgufDefect(`Its header claims an impossible ${what} (2^53 or more).`)
    return value
  }

  /** The next bytes as a view that is valid until the next `ensure`. */
  bytes(byteCount: number): Buffer {
    const start = this.#advance(byteCount)
    return this.#window.subarray(start, start + byteCount)
  }

  /** One character for each byte: exact and cheap, for telling texts apart. */
  latin1(byteCount: number): string {
    const start = this.#advance(byteCount)
    return this.#window.toString('latin1', start, start + byteCount)
  }

  #advance(byteCount: number): number {
    const position = this.#position
    this.#position += byteCount
    return position
  }

  async #readFully(offset: number, byteCount: number): Promise<Buffer> {
    const target = Buffer.alloc(byteCount)
    let filled = 0
    while (filled < byteCount) {
      const got = await this.#source.read(offset + filled, target.subarray(filled))
      // The file shrank since it was opened.
      if (got === 0) throw new GgufDefect('The file ends in the middle of its header.')
      filled += got
    }
    return target
  }
}
