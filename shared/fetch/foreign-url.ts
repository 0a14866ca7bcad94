import { urlRefusal } from './url-refusal.ts'
import type { UrlSource } from './url-refusal.ts'

/** A host name without its last dot, or an address in the one spelling that the URL standard gives it. */
export type ForeignHost =
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'address'; readonly address: string }

/**
 * A URL that was parsed once. Whatever follows reads these parts: no text is parsed a second time,
 * so no two parsers can disagree about the host.
 */
export interface ForeignUrl {
  /** Without its fragment. */
  readonly href: string
  readonly origin: string
  readonly isSecure: boolean
  readonly host: ForeignHost
  readonly port: number
  /** What the `host` header says. */
  readonly authority: string
  readonly pathAndQuery: string
}

const LONGEST_URL = 8192
/** The URL standard repairs these in silence, and other parsers repair them in other ways. */
const AMBIGUOUS = /[\s\p{Cc}\\]/u
const WEB_URL = /^https?:\/\/[^/]/i
const LABEL = /^[a-z0-9_-]{1,63}$/
const LONGEST_NAME = 253

/** @throws Fault `invalid_request` naming the field */
export const parseForeignUrl = (text: string, param: string): ForeignUrl => {
  const source: UrlSource = { param, isRedirect: false }
  checkText(text, source)
  if (!WEB_URL.test(text))
    throw urlRefusal(source, 'invalid_request', 'does not begin with http:// or https:// and a host.')
  return read(text, undefined, source)
}

/** What a `location` header means beside the URL that sent it. @throws Fault `invalid_request` naming the field */
export const parseRedirect = (location: string, from: ForeignUrl, param: string): ForeignUrl => {
  const source: UrlSource = { param, isRedirect: true }
  checkText(location, source)
  return read(location, from.href, source)
}

const checkText = (text: string, source: UrlSource): void => {
  if (text.length > LONGEST_URL)
    throw urlRefusal(source, 'invalid_request', `is longer than ${LONGEST_URL} characters.`)
  if (AMBIGUOUS.test(text) || !text.isWellFormed())
    throw urlRefusal(
      source,
      'invalid_request',
      'contains a backslash, white space or a control character: percent-encode it.',
    )
}

const read = (text: string, base: string | undefined, source: UrlSource): ForeignUrl => {
  const url = URL.parse(text, base)
  if (url === null) throw urlRefusal(source, 'invalid_request', 'is not a valid URL.')
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw urlRefusal(source, 'invalid_request', 'names another protocol than http and https.')
  if (url.username !== '' || url.password !== '')
    throw urlRefusal(source, 'invalid_request', 'contains a user name or password; send a header instead.')
  const isSecure = url.protocol === 'https:'
  const host = hostOf(url.hostname, source)
  const authority = `${host.type === 'name' ? host.name : url.hostname}${url.port === '' ? '' : `:${url.port}`}`
  const origin = `${url.protocol}//${authority}`
  const pathAndQuery = url.pathname + url.search
  return {
    href: origin + pathAndQuery,
    origin,
    isSecure,
    host,
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    authority,
    pathAndQuery,
  }
}

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/

/** The standard has already turned octal, hexadecimal, short, full-width and encoded numbers into a plain address. */
const hostOf = (hostname: string, source: UrlSource): ForeignHost => {
  if (hostname.startsWith('[')) return { type: 'address', address: hostname.slice(1, -1) }
  if (IPV4.test(hostname)) return { type: 'address', address: hostname }
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
  if (name.length > LONGEST_NAME || !name.split('.').every((label) => LABEL.test(label)))
    throw urlRefusal(source, 'invalid_request', 'has no valid host name.')
  return { type: 'name', name }
}
