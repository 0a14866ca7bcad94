import { Fault } from '@shared/fault/fault.ts'
import { ACCEPTED_ENCODINGS } from './foreign-body.ts'

/** They say how a message travels, or to whom: that is decided here. */
const OURS = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** They tell another server nothing that belongs to the first: all others stay with the origin they were meant for. */
const HARMLESS = new Set([
  'accept',
  'accept-language',
  'content-language',
  'content-type',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
  'user-agent',
])

/** They speak of the body, and leave with it when a redirect makes a GET of a POST. */
const OF_BODY = ['content-language', 'content-type']

export type HeaderMap = Readonly<Record<string, string>>

/** Part of a resource, as `Range` counts: from `firstByte`, to `lastByte` or the end. */
export interface ByteRange {
  readonly firstByte: number
  readonly lastByte?: number
}

/** @throws Fault `invalid_request` naming a header that is no header, or not the caller's to set */
export const requestHeaders = (given: HeaderMap, range: ByteRange | undefined, param: string): HeaderMap => {
  const headers: Record<string, string> = { 'user-agent': 'Skein', accept: '*/*' }
  for (const [name, value] of Object.entries(readHeaders(given, param))) {
    if (OURS.has(name)) throw wrongHeaders(param, `The header '${name}' cannot be set`)
    headers[name] = value
  }
  if (range !== undefined) headers['range'] = `bytes=${range.firstByte}-${range.lastByte ?? ''}`
  // Positions count the bytes of the thing itself, not those of its packed form.
  headers['accept-encoding'] = 'range' in headers ? 'identity' : ACCEPTED_ENCODINGS
  return headers
}

export const headersForOtherOrigin = (headers: HeaderMap): HeaderMap =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => HARMLESS.has(name) || name === 'accept-encoding'),
  )

export const headersWithoutBody = (headers: HeaderMap): HeaderMap =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_BODY.includes(name)))

const readHeaders = (given: HeaderMap, param: string): HeaderMap => {
  try {
    return new Headers(given).toJSON()
  } catch (error) {
    throw wrongHeaders(param, 'A header has a name or value that HTTP does not allow', error)
  }
}

const wrongHeaders = (param: string, problem: string, cause?: unknown): Fault =>
  new Fault('invalid_request', `${problem} in the request to the URL in '${param}'.`, { param, cause })
