import type { NodeId } from '../../policy/cluster/node-id.ts'
import { PEER_PROOF_LIFE_MS, proofText, proofToken } from '../../policy/peer-proof.ts'

export interface PeerBearerMintPorts {
  readonly self: NodeId
  /** Ed25519 with the key of this node. */
  readonly sign: (bytes: Uint8Array) => Uint8Array
  /** Unix milliseconds. */
  readonly now: () => number
}

/** One signature serves for half of its life: it costs a quarter of what a request through the router takes. */
const USED_FOR_MS = PEER_PROOF_LIFE_MS / 2

interface MintedBearer {
  readonly authorization: string
  readonly mintedAt: number
}

/** Proves to other nodes that this one asks. @returns the value of `authorization` for a request to that node */
export const createPeerBearerMint = ({
  now,
  self,
  sign,
}: PeerBearerMintPorts): ((audience: NodeId) => string) => {
  const minted = new Map<NodeId, MintedBearer>()
  return (audience) => {
    const at = now()
    const known = minted.get(audience)
    // A clock that was set back would keep the last one for as long as it was set back by.
    if (known !== undefined && Math.abs(at - known.mintedAt) < USED_FOR_MS) return known.authorization
    const text = proofText({ issuer: self, audience, issuedAt: at, expiresAt: at + PEER_PROOF_LIFE_MS })
    const authorization = `Bearer ${proofToken(text, sign(new TextEncoder().encode(text)))}`
    minted.set(audience, { authorization, mintedAt: at })
    return authorization
  }
}
