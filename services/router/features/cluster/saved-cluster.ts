import type { ClusterRecord, Member } from '../../policy/cluster/cluster-record.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { NodeAddress } from '../../policy/cluster/node-topics.ts'

/** What a node remembers of its cluster over restarts. */
export interface SavedCluster {
  readonly clusterId: string
  /** 32 bytes, base64url. */
  readonly secret: string
  /** Members, those that were shut out included. Keys have their own file. */
  readonly records: readonly ClusterRecord<Member>[]
  /** Where the others were last. */
  readonly addresses: readonly (NodeAddress & { readonly nodeId: NodeId })[]
}
