import { Fault } from '@shared/fault/fault.ts'
import { parseAddressRange } from './address-class.ts'
import type { AddressRange } from './address-class.ts'

/** What one use of the fetcher may reach and how much it may take. `Infinity` switches a limit off. */
export interface FetchPolicy {
  /** Names (`gallery.lan`) and suffixes (`.lan`) that may be local or resolve to private addresses. */
  readonly allowedHosts: readonly string[]
  /** Ranges that may be reached though they are not public. */
  readonly allowedAddresses: readonly AddressRange[]
  /** Every private address and local name: for URLs that the operator wrote, never for those of a request. */
  readonly allowsPrivateNetwork: boolean
  /** Else 80, 443 and those from 1024 on that no database, mail or print server listens on. */
  readonly allowsAnyPort: boolean
  /** `image/png` or `image/*`; undefined allows all. */
  readonly allowedContentTypes?: readonly string[]
  readonly limits: FetchLimits
}

export interface FetchLimits {
  /** Of a body, as it is sent and also after it was unpacked. */
  readonly maxBytes: number
  readonly maxHeaderBytes: number
  /** Name, connection and TLS together. */
  readonly connectTimeoutMs: number
  /** Between the request and the first byte, and between two pieces. */
  readonly idleTimeoutMs: number
  /** All redirects and the whole body. */
  readonly totalTimeoutMs: number
}

export const DEFAULT_LIMITS: FetchLimits = {
  maxBytes: 32 * 1024 * 1024,
  maxHeaderBytes: 16 * 1024,
  connectTimeoutMs: 5000,
  idleTimeoutMs: 15_000,
  totalTimeoutMs: 60_000,
}

/** The public Internet, and nothing near us. */
export const PUBLIC_ONLY: FetchPolicy = {
  allowedHosts: [],
  allowedAddresses: [],
  allowsPrivateNetwork: false,
  allowsAnyPort: false,
  limits: DEFAULT_LIMITS,
}

const HOST = /^(\*?\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/

/**
 * Adds what an operator wrote in one variable, separated by commas: `gallery.lan`, `*.home.arpa`, `192.168.1.0/24`,
 * `192.168.1.7`, or the word `private` for every private network.
 * @throws Fault `invalid_request` naming the variable and each entry that is wrong
 */
export const parseFetchPolicy = (text: string, variable: string, base = PUBLIC_ONLY): FetchPolicy => {
  const entries = text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
  const wrong: string[] = []
  let policy = base
  for (const entry of entries) {
    const next = withEntry(policy, entry)
    if (next === undefined) wrong.push(entry)
    else policy = next
  }
  if (wrong.length === 0) return policy
  throw new Fault(
    'invalid_request',
    `${variable} has entries that are neither a host name, '*.suffix', an address range nor 'private': ${wrong.join(', ')}`,
    { param: variable },
  )
}

const withEntry = (policy: FetchPolicy, entry: string): FetchPolicy | undefined => {
  if (entry === 'private') return { ...policy, allowsPrivateNetwork: true }
  const range = parseAddressRange(entry)
  if (range !== undefined) return { ...policy, allowedAddresses: [...policy.allowedAddresses, range] }
  // A last label of digits belongs to an address that is not written in full: 127.1, 0x7f.1.
  if (!HOST.test(entry) || /(^|\.)(\d+|0x[0-9a-f]*)$/.test(entry)) return undefined
  return { ...policy, allowedHosts: [...policy.allowedHosts, entry.replace(/^\*/, '')] }
}
