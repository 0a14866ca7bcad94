import { Fault } from '@shared/fault/fault.ts'
import type { Message, Role } from '@shared/inference/generate-request.ts'
import { messageText } from '@shared/inference/message-text.ts'
import { wrongType } from '../wire-field.ts'

/**
 * Ollama's `context` is a list of tokens. Ours are the turns themselves, so that nobody has to remember them and the
 * model's template writes them anew: JSON in UTF-8, filled up with spaces, three bytes in each integer (any client's
 * integers hold them), behind a head of format and checksum.
 */
const FORMAT = 0x53_4b_01
const SPACE = 0x20
const BYTES_PER_INTEGER = 3
const LARGEST_INTEGER = 0xff_ff_ff

const ROLES = ['system', 'user', 'assistant'] as const satisfies readonly Role[]

/** The turns of a conversation with the answer to it. Of images and thoughts nothing is kept. */
export const encodeOllamaContext = (messages: readonly Message[], answer: string): readonly number[] => {
  const turns = [...messages.map((message) => [message.role, messageText(message)]), ['assistant', answer]]
  const text = new TextEncoder().encode(JSON.stringify(turns))
  const bytes = new Uint8Array(Math.ceil(text.length / BYTES_PER_INTEGER) * BYTES_PER_INTEGER).fill(SPACE)
  bytes.set(text)
  const integers = [FORMAT, checksumOf(bytes)]
  for (let at = 0; at < bytes.length; at += BYTES_PER_INTEGER)
    integers.push(((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0))
  return integers
}

/** The turns before the prompt; none without a context. @throws Fault `invalid_request` for one that is not ours */
export const decodeOllamaContext = (context: unknown): readonly Message[] => {
  if (context === undefined || context === null) return []
  if (!Array.isArray(context)) throw wrongType('context', 'an array of integers', context)
  if (context.length === 0) return []
  const bytes = bytesOf(context)
  const turns = bytes === undefined ? undefined : turnsOf(bytes)
  if (turns !== undefined) return turns
  throw new Fault(
    'invalid_request',
    "'context' does not come from this server: only what one of its own answers gave can be continued. " +
      'Send the conversation to /api/chat, or leave the context out.',
    { param: 'context' },
  )
}

const bytesOf = (context: readonly unknown[]): Uint8Array | undefined => {
  const [format, checksum, ...integers] = context
  if (format !== FORMAT) return undefined
  const bytes = new Uint8Array(integers.length * BYTES_PER_INTEGER)
  for (const [index, integer] of integers.entries()) {
    if (!isPacked(integer)) return undefined
    bytes.set([integer >> 16, (integer >> 8) & 0xff, integer & 0xff], index * BYTES_PER_INTEGER)
  }
  return checksumOf(bytes) === checksum ? bytes : undefined
}

const isPacked = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= LARGEST_INTEGER

/** Anybody can write a checksum: what is behind it is not believed either. */
const turnsOf = (bytes: Uint8Array): readonly Message[] | undefined => {
  const turns = parsed(bytes)
  if (!Array.isArray(turns)) return undefined
  const messages = turns.map(messageOf)
  return messages.every((message) => message !== undefined) ? messages : undefined
}

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return undefined
  }
}

const messageOf = (turn: unknown): Message | undefined => {
  if (!Array.isArray(turn) || turn.length !== 2) return undefined
  const [name, text]: unknown[] = turn
  const role = ROLES.find((one) => one === name)
  return role === undefined || typeof text !== 'string'
    ? undefined
    : { role, parts: [{ type: 'text', text }] }
}

/** FNV-1a, cut to 31 bits: some clients' integers have a sign. */
const checksumOf = (bytes: Uint8Array): number => {
  let hash = 0x81_1c_9d_c5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01_00_01_93)
  return hash & 0x7f_ff_ff_ff
}
