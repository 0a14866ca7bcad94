import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  JsonCursor,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  stringEnd,
} from '../json-cursor.ts'
import { LARGEST_PREFIX_BYTES } from './prefix-blocks.ts'

const SPACE = 0x20
const FIRST_ROOM_BYTES = 16 * 1024
/** No request of any dialect has more fields; somebody may send a million of them. */
const MOST_FIELDS = 256
const NOTHING = Buffer.alloc(0)
/** Anthropic's clients move these marks on with every turn; the model never sees them. */
const UNSEEN_KEY = Buffer.from('"cache_control"')

/**
 * The part of a body that the model sees, as bytes that stay the same while a conversation grows: no white space, values
 * without their last bracket or quote, so that what is appended to a list or a text comes after the same beginning.
 * Keeps its memory for the next body.
 */
export class PromptBytes {
  private out = Buffer.allocUnsafe(FIRST_ROOM_BYTES)
  private length = 0
  private bytes: Buffer = NOTHING
  private at = 0
  /** A comma is written when something follows it: a member that is left out takes its comma along. */
  private isCommaDue = false

  /** @returns bytes that are good until the next call; empty when the body is no JSON object */
  read(body: Uint8Array, fields: readonly string[]): Uint8Array {
    this.length = 0
    const values = readFields(body, fields)
    for (const [position, value] of values.entries()) {
      if (value === undefined || this.isFull) continue
      this.write(Buffer.from(`${fields[position]}:`))
      this.copyValue(value)
      this.length -= 1
    }
    // Or the last body would stay in memory.
    this.bytes = NOTHING
    return this.out.subarray(0, Math.min(this.length, LARGEST_PREFIX_BYTES))
  }

  private get isFull(): boolean {
    return this.length >= LARGEST_PREFIX_BYTES
  }

  private copyValue(value: Buffer): void {
    this.bytes = value
    this.at = 0
    this.isCommaDue = false
    while (this.at < value.length && !this.isFull) this.copyToken()
  }

  private copyToken(): void {
    const byte = this.bytes[this.at] ?? SPACE
    if (byte <= SPACE) this.at += 1
    else if (byte === COMMA) {
      this.at += 1
      this.isCommaDue = true
    } else if (byte === QUOTE) this.copyString()
    else {
      if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.isCommaDue = false
      else this.writeDueComma()
      this.at += 1
      this.writeByte(byte)
    }
  }

  private copyString(): void {
    const start = this.at
    const end = stringEnd(this.bytes, start + 1)
    this.at = end < 0 ? this.bytes.length : end
    if (this.isUnseen(start)) {
      this.skipMember()
      return
    }
    this.writeDueComma()
    this.write(this.bytes.subarray(start, Math.min(this.at, start + LARGEST_PREFIX_BYTES)))
  }

  private isUnseen(start: number): boolean {
    return (
      this.at - start === UNSEEN_KEY.length &&
      this.bytes.compare(UNSEEN_KEY, 0, UNSEEN_KEY.length, start, this.at) === 0 &&
      new JsonCursor(this.bytes.subarray(this.at)).next() === COLON
    )
  }

  /** From behind the key to behind the value. */
  private skipMember(): void {
    const rest = new JsonCursor(this.bytes.subarray(this.at))
    rest.next()
    this.at += rest.skipValue() ? rest.position : this.bytes.length
  }

  private writeDueComma(): void {
    const last = this.out[this.length - 1]
    if (this.isCommaDue && last !== OPEN_LIST && last !== OPEN_OBJECT) this.writeByte(COMMA)
    this.isCommaDue = false
  }

  private writeByte(byte: number): void {
    this.makeRoom(1)
    this.out[this.length] = byte
    this.length += 1
  }

  private write(bytes: Uint8Array): void {
    this.makeRoom(bytes.length)
    this.out.set(bytes, this.length)
    this.length += bytes.length
  }

  private makeRoom(bytes: number): void {
    const needed = this.length + bytes
    if (needed <= this.out.length) return
    const roomier = Buffer.allocUnsafe(Math.max(needed, 2 * this.out.length))
    roomier.set(this.out.subarray(0, this.length))
    this.out = roomier
  }
}

/** The value of each field; of a field that is there twice the last one, as parsers take it. */
const readFields = (body: Uint8Array, fields: readonly string[]): readonly (Buffer | undefined)[] => {
  const values = fields.map((): Buffer | undefined => undefined)
  const cursor = new JsonCursor(body)
  if (cursor.next() !== OPEN_OBJECT) return []
  for (let seen = 0; seen < MOST_FIELDS && cursor.next() === QUOTE; seen += 1) {
    const key = cursor.readString()
    if (key === undefined || cursor.next() !== COLON) return []
    const value = cursor.sliceValue()
    if (value === undefined) return []
    const position = fields.indexOf(key)
    if (position >= 0) values[position] = value
    if (cursor.next() !== COMMA) break
  }
  return values
}
