import type { Member } from '../../policy/cluster/cluster-record.ts'
import type { ClusterRecord } from '../../policy/cluster/cluster-record.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { NodeAddress } from '../../policy/cluster/node-topics.ts'

/** What a node that was let in is given. Whoever has it is let to the outer door; its identity is asked for behind it. */
export interface ClusterBundle {
  readonly clusterId: string
  /** 32 bytes, base64url. */
  readonly secret: string
  /** Members and keys. */
  readonly records: readonly ClusterRecord[]
  /** Where the other members can be found. */
  readonly addresses: readonly (NodeAddress & { readonly nodeId: NodeId })[]
}

/** Where this node's own door for other nodes is. */
export interface PeerDoorFacts {
  readonly nodeId: NodeId
  readonly name: string
  /** PEM. */
  readonly certificate: string
  readonly addresses: readonly NodeAddress[]
}

/** Changes what cluster this node is in, and who else is. Every change is on the disk before it is told. */
export interface ClusterDesk {
  /** Undefined: this node is in no cluster. */
  readonly clusterId: string | undefined
  /** Founds a cluster of this node alone, unless it is in one; the doors for other nodes are open afterwards. */
  open(): Promise<PeerDoorFacts>
  /** Lets a node in; all members know within moments. @returns what it must be given */
  admit(member: Pick<Member, 'nodeId' | 'name'>): Promise<ClusterBundle>
  /** This node becomes a member. Its own keys stay, and are shared. @throws Fault `conflict` when it is in another cluster */
  enter(bundle: ClusterBundle): Promise<void>
  /** Shuts a node out everywhere. False when it was no member. @throws Fault `conflict` for this node: it leaves */
  remove(nodeId: NodeId): Promise<boolean>
  /** This node goes: the others are told, its doors for nodes close. What it has of keys stays. */
  leave(): Promise<void>
  /** Takes nothing new from others while it drains; what it works on is finished. */
  setDraining(isDraining: boolean): void
  /** Tells multicast that an invitation is open. */
  setInviting(isInviting: boolean): void
}
