import { parseNodeId } from './cluster/node-id.ts'
import type { NodeId } from './cluster/node-id.ts'

/** What one node says to another with each request: who it is, whom it means, and for how long that holds. */
export interface PeerProof {
  readonly issuer: NodeId
  readonly audience: NodeId
  /** Unix milliseconds on the clock of the issuer. */
  readonly issuedAt: number
  readonly expiresAt: number
}

/** A proof as it came, with what its signature must be of. */
export interface ReceivedProof {
  readonly proof: PeerProof
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

export const PEER_PROOF_LIFE_MS = 60_000
/** Clocks are measured over the links now and then, and not to the minute on a machine that has just woken up. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000

/** Also keeps what is signed here from being taken for anything else that this key signs. */
const SCHEME = 'skein-peer'
const TOKEN = /^(skein-peer\.([\w-]{1,1024}))\.([\w-]{86})$/

/** What is signed, and what the token begins with: `skein-peer.<payload>`. */
export const proofText = (proof: PeerProof): string =>
  `${SCHEME}.${Buffer.from(JSON.stringify(proof)).toString('base64url')}`

export const proofToken = (text: string, signature: Uint8Array): string =>
  `${text}.${Buffer.from(signature).toString('base64url')}`

/** Undefined for anything that is no token of this kind. Its signature is not looked at. */
export const readProof = (token: string): ReceivedProof | undefined => {
  const [, text, payload, signature] = TOKEN.exec(token) ?? []
  if (text === undefined || payload === undefined || signature === undefined) return undefined
  const proof = proofIn(payload)
  if (proof === undefined) return undefined
  return { proof, signed: new TextEncoder().encode(text), signature: Buffer.from(signature, 'base64url') }
}

export interface ProofClocks {
  /** Unix milliseconds. */
  readonly now: number
  /** Clock of the issuer minus ours, in milliseconds; undefined: not measured. */
  readonly skewMs: number | undefined
}

/**
 * Zero: it is in time. Else by how many milliseconds the issuer's clock and ours differ, as far as the proof shows.
 * What was measured counts beside what the clocks say: one that was set right a moment ago is not measured yet.
 */
export const clockDifferenceMs = (proof: PeerProof, { now, skewMs = 0 }: ProofClocks): number => {
  const isInTime = (there: number): boolean =>
    there >= proof.issuedAt - CLOCK_TOLERANCE_MS && there <= proof.expiresAt + CLOCK_TOLERANCE_MS
  return isInTime(now) || isInTime(now + skewMs) ? 0 : Math.abs(now - proof.issuedAt)
}

const proofIn = (payload: string): PeerProof | undefined => {
  const said = parsed(payload)
  const { audience, expiresAt, issuedAt, issuer } = said
  const from = parseNodeId(String(issuer))
  const to = parseNodeId(String(audience))
  if (from === undefined || to === undefined || !isTime(issuedAt) || !isTime(expiresAt)) return undefined
  // Whoever stole one that holds for years would have it for years.
  if (expiresAt <= issuedAt || expiresAt - issuedAt > PEER_PROOF_LIFE_MS) return undefined
  return { issuer: from, audience: to, issuedAt, expiresAt }
}

const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

const parsed = (payload: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
