import type { PlacementDecision, PlacementPolicy, PlacementWish } from '../../policy/placement/placement.ts'
import type { PrefixChain } from '../../policy/placement/prefix-chain.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'

/** A wish, with what of it makes a warm cache likely. */
export interface NodeWish extends PlacementWish {
  readonly prefix: PrefixChain | undefined
}

/** How a request that was sent to a node ended there. */
export type SentOutcome =
  | 'answered'
  /** No connection to it could be made: that counts against it, and sooner. */
  | 'unreachable'
  /** It broke off or said that it cannot: that counts against it. */
  | 'failed'
  /** The client left: that says nothing of the node. */
  | 'abandoned'

/** A request that is with a node now. */
export interface SentRequest {
  /** The node has begun to answer: it has the prompt in its cache from now on. Not called for refusals. */
  onFirstByte(): void
  /** Once; further calls do nothing. */
  onEnd(outcome: SentOutcome): void
}

/** Which node is to answer. */
export interface NodePlacer {
  /** Changes nothing: also for `explain`. @param policy other than the configured one */
  decide(wish: NodeWish, policy?: PlacementPolicy): PlacementDecision
  /** Reserves its room there until it ends. */
  onSent(nodeId: NodeId, wish: NodeWish): SentRequest
}
