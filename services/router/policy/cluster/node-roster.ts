import { clockSkewOf } from './cluster-link.ts'
import type { ClusterNode } from './cluster-node.ts'
import type { ClusterParts } from './cluster-parts.ts'
import { shortNodeId } from './node-id.ts'
import type { NodeId } from './node-id.ts'

/** The members, put together from what is known of each. */
export class NodeRoster {
  constructor(private readonly parts: ClusterParts) {}

  /** This node first, also where it is no member (any more). */
  get nodes(): readonly ClusterNode[] {
    const { self, book } = this.parts
    const others = [...book.members.keys()].filter((nodeId) => nodeId !== self.nodeId)
    return [this.self(), ...others.map((nodeId) => this.other(nodeId))]
  }

  find(nodeId: NodeId): ClusterNode | undefined {
    const { self, book } = this.parts
    if (nodeId === self.nodeId) return this.self()
    return book.isMember(nodeId) ? this.other(nodeId) : undefined
  }

  private self(): ClusterNode {
    const { self, store, standings } = this.parts
    return {
      nodeId: self.nodeId,
      name: this.nameOf(self.nodeId),
      isSelf: true,
      link: 'self',
      trouble: standings.troubleWith(self.nodeId),
      rttMs: 0,
      lastSeenAt: undefined,
      clockSkewMs: 0,
      topics: store.topicsOf(self.nodeId),
    }
  }

  private other(nodeId: NodeId): ClusterNode {
    const { store, links, standings } = this.parts
    const link = links.to(nodeId)
    return {
      nodeId,
      name: this.nameOf(nodeId),
      isSelf: false,
      link: link === undefined ? 'down' : 'up',
      trouble: link === undefined ? standings.troubleWith(nodeId) : undefined,
      rttMs: link?.rttMs,
      lastSeenAt: link?.heardAt ?? standings.lastSeenAt(nodeId),
      clockSkewMs: link === undefined ? undefined : clockSkewOf(link),
      topics: store.topicsOf(nodeId),
    }
  }

  private nameOf(nodeId: NodeId): string {
    const { store, book } = this.parts
    return store.topicsOf(nodeId).identity?.name ?? book.memberOf(nodeId)?.name ?? shortNodeId(nodeId)
  }
}
