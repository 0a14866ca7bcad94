const NUMBER_WRITERS = {
  uint8: { sizeBytes: 1, write: (view, at, value) => view.setUint8(at, value) },
  int8: { sizeBytes: 1, write: (view, at, value) => view.setInt8(at, value) },
  uint16: { sizeBytes: 2, write: (view, at, value) => view.setUint16(at, value, true) },
  int16: { sizeBytes: 2, write: (view, at, value) => view.setInt16(at, value, true) },
  uint32: { sizeBytes: 4, write: (view, at, value) => view.setUint32(at, value, true) },
  int32: { sizeBytes: 4, write: (view, at, value) => view.setInt32(at, value, true) },
  float32: { sizeBytes: 4, write: (view, at, value) => view.setFloat32(at, value, true) },
  float64: { sizeBytes: 8, write: (view, at, value) => view.setFloat64(at, value, true) },
} satisfies Record<
  string,
  { sizeBytes: number; write: (view: DataView<ArrayBuffer>, at: number, value: number) => void }
>

/** The fixed-size numbers that a JavaScript `number` can hold. */
export type NumberKind = keyof typeof NUMBER_WRITERS

/** A growing little-endian buffer. Values outside the range of their kind wrap, as in a DataView. */
export class ByteBuilder {
  #view = new DataView(new ArrayBuffer(1 << 12))
  #lengthBytes = 0

  get lengthBytes(): number {
    return this.#lengthBytes
  }

  number(kind: NumberKind, value: number): this {
    const { sizeBytes, write } = NUMBER_WRITERS[kind]
    const at = this.#claim(sizeBytes)
    write(this.#view, at, value)
    return this
  }

  /** An unsigned 64-bit number; a negative one is stored in two's complement. */
  uint64(value: bigint): this {
    const at = this.#claim(8)
    this.#view.setBigUint64(at, BigInt.asUintN(64, value), true)
    return this
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#claim(bytes.length)
    new Uint8Array(this.#view.buffer).set(bytes, at)
    return this
  }

  /** A GGUF string: 64-bit byte length, then UTF-8 without a terminator. */
  text(text: string): this {
    const bytes = new TextEncoder().encode(text)
    return this.uint64(BigInt(bytes.length)).bytes(bytes)
  }

  /** Zeros up to the next multiple of `alignmentBytes`. */
  padTo(alignmentBytes: number): this {
    const past = this.#lengthBytes % alignmentBytes
    if (past > 0) this.#claim(alignmentBytes - past)
    return this
  }

  /** A copy of what was built so far. */
  build(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#view.buffer.slice(0, this.#lengthBytes))
  }

  #claim(sizeBytes: number): number {
    const at = this.#lengthBytes
    this.#lengthBytes += sizeBytes
    if (this.#lengthBytes > this.#view.byteLength) {
      const grown = new Uint8Array(Math.max(this.#lengthBytes, this.#view.byteLength * 2))
      grown.set(new Uint8Array(this.#view.buffer))
      this.#view = new DataView(grown.buffer)
    }
    return at
  }
}
