const HEADER_BYTES = 4
const FIRST_BUFFER_BYTES = 4096

/**
 * Cuts a stream of bytes into messages: four bytes of length, big-endian, then the message. Memory grows with what has
 * come, never with a length that was only announced.
 */
export class MessageReader {
  readonly #largestBytes: number
  readonly #header = new Uint8Array(HEADER_BYTES)
  #headerBytes = 0
  /** Of the message that is coming; undefined while its length is not complete. */
  #length: number | undefined
  #body = new Uint8Array(0)
  #bodyBytes = 0

  constructor(largestBytes: number) {
    this.#largestBytes = largestBytes
  }

  /** The messages that are complete with this; undefined when one is larger than allowed: nothing after it can be read. */
  push(chunk: Uint8Array): readonly Uint8Array[] | undefined {
    const messages: Uint8Array[] = []
    let rest = chunk
    for (;;) {
      if (this.#length === undefined) rest = this.#takeHeader(rest)
      if (this.#length === undefined) return messages
      if (this.#length > this.#largestBytes) return undefined
      rest = this.#takeBody(rest, this.#length)
      if (this.#bodyBytes < this.#length) return messages
      messages.push(this.#body.subarray(0, this.#bodyBytes))
      this.#length = undefined
    }
  }

  #takeHeader(chunk: Uint8Array): Uint8Array {
    const taken = chunk.subarray(0, HEADER_BYTES - this.#headerBytes)
    this.#header.set(taken, this.#headerBytes)
    this.#headerBytes += taken.byteLength
    if (this.#headerBytes === HEADER_BYTES) {
      this.#length = new DataView(this.#header.buffer).getUint32(0)
      this.#headerBytes = 0
      this.#body = new Uint8Array(Math.min(this.#length, FIRST_BUFFER_BYTES))
      this.#bodyBytes = 0
    }
    return chunk.subarray(taken.byteLength)
  }

  #takeBody(chunk: Uint8Array, length: number): Uint8Array {
    const taken = chunk.subarray(0, length - this.#bodyBytes)
    const needed = this.#bodyBytes + taken.byteLength
    if (needed > this.#body.byteLength) {
      const larger = new Uint8Array(Math.min(length, Math.max(needed, this.#body.byteLength * 2)))
      larger.set(this.#body.subarray(0, this.#bodyBytes))
      this.#body = larger
    }
    this.#body.set(taken, this.#bodyBytes)
    this.#bodyBytes = needed
    return chunk.subarray(taken.byteLength)
  }
}

/** A message with its length before it. */
export const frameMessage = (message: Uint8Array): Uint8Array => {
  const framed = new Uint8Array(HEADER_BYTES + message.byteLength)
  new DataView(framed.buffer).setUint32(0, message.byteLength)
  framed.set(message, HEADER_BYTES)
  return framed
}
