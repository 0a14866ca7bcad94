import type { Fault } from '@shared/fault/fault.ts'
import { peerRefusal } from '../../features/peer-door/peer-refusal.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { NewestEntries } from '../../policy/newest-entries.ts'
import { clockDifferenceMs, readProof } from '../../policy/peer-proof.ts'
import type { PeerProof } from '../../policy/peer-proof.ts'

/** How somebody stands with the cluster. */
export type PeerStanding = 'member' | 'removed' | 'unknown'

export interface PeerBearerCheckPorts {
  readonly self: NodeId
  /** Whether the node with this id has signed these bytes. */
  readonly verify: (nodeId: NodeId, bytes: Uint8Array, signature: Uint8Array) => boolean
  readonly standingOf: (nodeId: NodeId) => PeerStanding
  /** Clock of the other node minus ours, in milliseconds; undefined: not measured. */
  readonly clockSkewOf: (nodeId: NodeId) => number | undefined
  /** Unix milliseconds. */
  readonly now: () => number
}

/** Who asks, by the `authorization` of their request. @throws Fault `unauthorized`, `forbidden` */
export type PeerBearerCheck = (authorization: string | null) => NodeId

/** Two a minute for each of a thousand nodes, and room for what strangers cannot fill: only what was signed gets in. */
const REMEMBERED = 4096

const BEARER = /^Bearer (\S+)$/i

/**
 * 1. A signature is verified once and remembered: that is the dear part.
 * 2. Whether its issuer is a member, and its time, are looked at each time: who is removed is out at once.
 */
export const createPeerBearerCheck = (ports: PeerBearerCheckPorts): PeerBearerCheck => {
  const verified = new NewestEntries<PeerProof>(REMEMBERED)
  const proofOf = (authorization: string): PeerProof => {
    const known = verified.get(authorization)
    if (known !== undefined) return known
    const proof = verifiedProof(ports, authorization)
    verified.set(authorization, proof)
    return proof
  }
  return (authorization) => {
    if (authorization === null) throw strangerFault()
    const proof = proofOf(authorization)
    const { issuer } = proof
    const standing = ports.standingOf(issuer)
    if (standing !== 'member') throw peerRefusal({ reason: STANDING_REASON[standing] })
    const differenceMs = clockDifferenceMs(proof, { now: ports.now(), skewMs: ports.clockSkewOf(issuer) })
    if (differenceMs > 0) throw peerRefusal({ reason: 'clocks-differ', differenceMs })
    return issuer
  }
}

const STANDING_REASON = { removed: 'removed', unknown: 'not-a-member' } as const satisfies Record<
  Exclude<PeerStanding, 'member'>,
  string
>

const verifiedProof = ({ self, verify }: PeerBearerCheckPorts, authorization: string): PeerProof => {
  const received = readProof(BEARER.exec(authorization)?.[1] ?? '')
  if (received === undefined) throw strangerFault()
  const { proof, signature, signed } = received
  if (proof.audience !== self || !verify(proof.issuer, signed, signature)) throw strangerFault()
  return proof
}

/** Nothing more is told to who has shown nothing. */
const strangerFault = (): Fault => peerRefusal({ reason: 'unauthorized' })
