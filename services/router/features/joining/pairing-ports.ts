import type { PairingCode } from '../../policy/pairing/pairing-code.ts'
import type { PeerAddress } from '../../policy/pairing/peer-address.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { Sighting } from '../cluster/peer-network.ts'
import type {
  FinishBody,
  FinishReply,
  Hello,
  StartBody,
  StartReply,
  WaitBody,
  WaitReply,
} from './pairing-messages.ts'

/** The key that is this node's identity. */
export interface NodeSigner {
  readonly nodeId: NodeId
  /** Ed25519. */
  sign(bytes: Uint8Array): Uint8Array
  /** False for anything that `nodeId` did not sign. */
  verify(nodeId: NodeId, bytes: Uint8Array, signature: Uint8Array): boolean
}

/** What a proof is bound to: with anything else at one of its ends it fails as with a wrong code. */
export interface PairingParties {
  readonly pairingId: string
  readonly hostId: NodeId
  readonly joinerId: NodeId
  /** PEM with which the host answers. */
  readonly certificate: string
}

/**
 * A password-authenticated key exchange: both ends learn whether the other knows the code, and nothing else. A wrong
 * guess costs a request each; who listens or stands between learns nothing that could be tried out at home.
 */
export interface PairingProof {
  /** At the host. @throws Fault `invalid_request` for a request that none is */
  answer(code: PairingCode, parties: PairingParties, request: string): HostProof
  /** At the joining node. */
  ask(code: PairingCode): JoinerProof
}

export interface HostProof {
  readonly reply: string
  /** The secret of both; undefined when the other does not know the code. */
  finish(proof: string): string | undefined
}

export interface JoinerProof {
  readonly request: string
  /** Undefined when the other does not know the code, or the parties are not the same at both ends. */
  conclude(
    reply: string,
    parties: PairingParties,
  ): { readonly proof: string; readonly secret: string } | undefined
}

/** What two nodes that share a secret say to each other, for nobody else's eyes even within TLS. */
export interface SealedChannel {
  /** Six digits for both people to compare. */
  readonly checkDigits: string
  /** Differs for every pairing and is the same at both ends: a node signs it to prove who it is. */
  readonly transcript: Uint8Array
  /** @param label what it is and which; it opens with the same alone */
  seal(label: string, value: unknown): Promise<string>
  /** Undefined when it was not sealed by the other end under this label. */
  open(label: string, text: string): Promise<unknown>
}

export interface PairingCrypto {
  readonly proof: PairingProof
  channel(secret: string, parties: PairingParties, end: 'host' | 'joiner'): Promise<SealedChannel>
  /** Text that nobody can guess. */
  createId(): string
  randomBytes(count: number): Uint8Array
}

/** The word of a node that did not do what it was asked. */
export interface PairingRefusal {
  readonly problem: string
  readonly attemptsLeft: number | undefined
}

/** Requests of the joining node to the host. They reject with `HostUnreachable`, or with `HostRefused`. */
export interface PairingWire {
  /** Asked of whoever answers there: it proves nothing. */
  hello(address: PeerAddress, signal: AbortSignal): Promise<Hello>
  /** From here on only to who holds this certificate. */
  pinned(address: PeerAddress, certificate: string): PinnedHost
}

export interface PinnedHost {
  start(body: StartBody, signal: AbortSignal): Promise<StartReply>
  finish(body: FinishBody, signal: AbortSignal): Promise<FinishReply>
  wait(body: WaitBody, signal: AbortSignal): Promise<WaitReply>
  /** The code was not the right one; nothing is lost when nobody hears it. */
  giveUp(pairingId: string): void
}

export class HostUnreachable extends Error {
  constructor(cause: unknown) {
    super('The inviting node cannot be reached', { cause })
    this.name = 'HostUnreachable'
  }
}

/** It answered, but not what was asked for. */
export class HostRefused extends Error {
  constructor(readonly refusal: PairingRefusal) {
    super(`The inviting node refused: ${refusal.problem}`)
    this.name = 'HostRefused'
  }
}

/** Looks for nodes on the local network until the signal fires. */
export type FindNodes = (options: {
  readonly onSighting: (sighting: Sighting) => void
  readonly signal: AbortSignal
}) => Promise<void>
