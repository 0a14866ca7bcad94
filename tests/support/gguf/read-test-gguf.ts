/** What the header of a GGUF file says, and where its tensor data starts. */
export interface TestGguf {
  readonly magic: string
  readonly version: number
  readonly metadata: ReadonlyMap<string, unknown>
  readonly tensors: readonly {
    readonly name: string
    readonly shape: readonly number[]
    readonly kindId: number
    readonly offset: number
  }[]
  readonly dataStart: number
}

const NUMBER_READERS: Record<
  number,
  readonly [sizeBytes: number, read: (view: DataView, at: number) => unknown]
> = {
  0: [1, (view, at) => view.getUint8(at)],
  4: [4, (view, at) => view.getUint32(at, true)],
  5: [4, (view, at) => view.getInt32(at, true)],
  6: [4, (view, at) => view.getFloat32(at, true)],
  7: [1, (view, at) => view.getUint8(at) === 1],
}
const STRING_KIND_ID = 8
const ARRAY_KIND_ID = 9

/**
 * Reads the header of a sound GGUF file that the tests wrote: written against the format and not against the writer,
 * and without any of the care that a stranger's file needs.
 */
export function readTestGguf(bytes: Uint8Array): TestGguf {
  const cursor = new Cursor(bytes)
  const magic = cursor.characters(4)
  const version = cursor.uint32()
  const tensorCount = cursor.uint64()
  const metadataCount = cursor.uint64()
  const metadata = new Map<string, unknown>()
  for (let index = 0; index < metadataCount; index++)
    metadata.set(cursor.text(), cursor.value(cursor.uint32()))
  const tensors = Array.from({ length: tensorCount }, () => ({
    name: cursor.text(),
    shape: Array.from({ length: cursor.uint32() }, () => cursor.uint64()),
    kindId: cursor.uint32(),
    offset: cursor.uint64(),
  }))
  return { magic, version, metadata, tensors, dataStart: Math.ceil(cursor.at / 32) * 32 }
}

class Cursor {
  at = 0
  readonly #bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  uint32(): number {
    this.at += 4
    return this.#view.getUint32(this.at - 4, true)
  }

  uint64(): number {
    this.at += 8
    return Number(this.#view.getBigUint64(this.at - 8, true))
  }

  characters(lengthBytes: number): string {
    this.at += lengthBytes
    return new TextDecoder('utf-8', { fatal: true }).decode(
      this.#bytes.subarray(this.at - lengthBytes, this.at),
    )
  }

  text(): string {
    return this.characters(this.uint64())
  }

  value(kindId: number): unknown {
    if (kindId === STRING_KIND_ID) return this.text()
    if (kindId === ARRAY_KIND_ID) {
      const elementKindId = this.uint32()
      return Array.from({ length: this.uint64() }, () => this.value(elementKindId))
    }
    const reader = NUMBER_READERS[kindId]
    if (reader === undefined) throw new Error(`This reader does not know metadata kind ${kindId}`)
    const [sizeBytes, read] = reader
    this.at += sizeBytes
    return read(this.#view, this.at - sizeBytes)
  }
}
