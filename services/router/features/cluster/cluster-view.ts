import type { ClusterChange, ClusterNode } from '../../policy/cluster/cluster-node.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'

export type { ClusterChange, ClusterNode, LinkState } from '../../policy/cluster/cluster-node.ts'

/** What this node knows of its cluster. A node that is in none is the only one in its view. */
export interface ClusterView {
  /** Undefined: this node is in no cluster. */
  readonly clusterId: string | undefined
  readonly self: ClusterNode
  /** This node first, then the others by name. Removed nodes are not among them. */
  readonly nodes: readonly ClusterNode[]
  find(nodeId: NodeId): ClusterNode | undefined
  /** By id, by name in any case, or by the end of the id; undefined when none or more than one is meant. */
  named(text: string): ClusterNode | undefined
  /** @returns ends it */
  onChange(listener: (change: ClusterChange) => void): () => void
}
