import { Fault } from '@shared/fault/fault.ts'
import { jsonStringEnd } from './json-string-end.ts'

/**
 * Lists and objects inside each other. Requests of real clients have a dozen, schemas of tools may have some more; what
 * walks over values calls itself once for each.
 */
const DEEPEST_JSON = 128

const QUOTE = 0x22
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d

/**
 * Whether JSON has more than so many levels, found out without parsing it: one pass over the bytes, in which strings are
 * jumped over. Of bytes that are no JSON it may say either.
 */
export const isDeeperThan = (body: Uint8Array, levels: number): boolean => {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  let depth = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === QUOTE) {
      const end = jsonStringEnd(bytes, at + 1)
      if (end < 0) return false
      at = end - 1
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth += 1
      if (depth > levels) return true
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1
  }
  return false
}

/** @throws Fault `invalid_request` for JSON that is nested too deeply to be parsed and looked at in peace */
export const checkJsonDepth = (body: Uint8Array): void => {
  if (!isDeeperThan(body, DEEPEST_JSON)) return
  throw new Fault(
    'invalid_request',
    `The request body is nested more than ${DEEPEST_JSON} levels deep. Send it flatter.`,
    { details: { limitLevels: DEEPEST_JSON } },
  )
}
