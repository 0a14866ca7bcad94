import { INTERNAL_HEADER, REQUEST_ID_HEADER } from '@shared/contracts/internal-header.ts'
import type { DialectName } from '@shared/contracts/route-manifest.ts'
import type { CallTerms } from '../admission/call-terms.ts'

/** About one connection, not about the message (RFC 9110, 7.6.1). Bun writes its own on each side. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Bun answers `100-continue` itself, and writes the length of what it sends. */
const NOT_TO_SERVICES = [...HOP_BY_HOP, 'expect', 'content-length', ...Object.values(INTERNAL_HEADER)]

/** What the handshake of a WebSocket makes anew on each side. */
const HANDSHAKE = [
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
]

/** Where clients of any dialect, and browsers, have their secrets. */
const CREDENTIALS = ['authorization', 'x-api-key', 'xi-api-key', 'cookie']

export interface ForwardingFacts {
  readonly visitId: string
  readonly requestId: string
  /** Resolved model, for routes that need one. */
  readonly model: string | undefined
  readonly queuedMs: number | undefined
  /** On whose account the request is, for what the service asks of others because of it. */
  readonly terms: CallTerms | undefined
}

/** What a reply's headers tell of its request. */
export interface ReplyFacts extends Pick<ForwardingFacts, 'requestId' | 'queuedMs'> {
  /** Undefined for a path that no route claims. */
  readonly dialect: DialectName | undefined
}

/** Headers of a client as a service may see them: nothing that only the router may say, but what it does say. */
export const headersToService = (from: Headers, facts: ForwardingFacts): Headers => {
  const headers = new Headers(from)
  dropNamedByConnection(headers)
  for (const name of NOT_TO_SERVICES) headers.delete(name)
  headers.set(REQUEST_ID_HEADER, facts.requestId)
  headers.set(INTERNAL_HEADER.visit, facts.visitId)
  if (facts.model !== undefined) headers.set(INTERNAL_HEADER.model, facts.model)
  if (facts.terms !== undefined) setTerms(headers, facts.terms)
  if (facts.queuedMs !== undefined) headers.set(INTERNAL_HEADER.queueMs, String(Math.round(facts.queuedMs)))
  return headers
}

const setTerms = (headers: Headers, { caller, requestClass, deadline }: CallTerms): void => {
  headers.set(INTERNAL_HEADER.caller, caller)
  headers.set(INTERNAL_HEADER.class, requestClass)
  if (deadline !== undefined) headers.set(INTERNAL_HEADER.deadline, String(deadline))
}

/** What another node gets: it knows us, so nothing of what its client proved itself with. */
export const headersToPeer = (from: Headers, facts: ForwardingFacts): Headers => {
  const headers = headersToService(from, facts)
  for (const name of CREDENTIALS) headers.delete(name)
  return headers
}

/** The same for the opening of a WebSocket. */
export const headersToDial = (from: Headers, facts: ForwardingFacts): Headers => {
  const headers = headersToService(from, facts)
  for (const name of HANDSHAKE) headers.delete(name)
  return headers
}

/** The same for the opening of a WebSocket on another node. */
export const headersToPeerDial = (from: Headers, facts: ForwardingFacts): Headers => {
  const headers = headersToDial(from, facts)
  for (const name of CREDENTIALS) headers.delete(name)
  return headers
}

/** Headers of a service as its client may see them. */
export const headersToClient = (from: Headers, { dialect, requestId, queuedMs }: ReplyFacts): Headers => {
  const headers = new Headers(from)
  dropNamedByConnection(headers)
  for (const name of HOP_BY_HOP) headers.delete(name)
  nameRequest(headers, requestId, dialect)
  if (queuedMs !== undefined) headers.set(INTERNAL_HEADER.queueMs, String(Math.round(queuedMs)))
  return headers
}

/** Tells a client how its request is called here; Anthropic's clients look for that under a name of their own. */
export const nameRequest = (headers: Headers, requestId: string, dialect: DialectName | undefined): void => {
  headers.set(REQUEST_ID_HEADER, requestId)
  if (dialect === 'anthropic') headers.set('request-id', requestId)
}

const dropNamedByConnection = (headers: Headers): void => {
  const named = headers.get('connection')
  // The two that nearly every request has name no header.
  if (named === null || named === 'keep-alive' || named === 'close') return
  for (const name of named.split(',')) {
    const header = name.trim().toLowerCase()
    if (/^[\w-]+$/.test(header)) headers.delete(header)
  }
}
