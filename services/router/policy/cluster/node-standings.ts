import type { ClusterEffects } from './cluster-effects.ts'
import type { LinkTrouble } from './link-trouble.ts'
import type { NodeId } from './node-id.ts'

/** How this node gets on with the others: what stands between, and when they were heard last. */
export class NodeStandings {
  private readonly troubles = new Map<NodeId, LinkTrouble>()
  private readonly lastSeen = new Map<NodeId, number>()

  constructor(private readonly effects: Pick<ClusterEffects, 'onTrouble'>) {}

  troubleWith(nodeId: NodeId): LinkTrouble | undefined {
    return this.troubles.get(nodeId)
  }

  /** Unix milliseconds; undefined: never, or the link is up still. */
  lastSeenAt(nodeId: NodeId): number | undefined {
    return this.lastSeen.get(nodeId)
  }

  onTrouble(nodeId: NodeId, trouble: LinkTrouble): void {
    if (this.troubles.get(nodeId) === trouble) return
    this.troubles.set(nodeId, trouble)
    this.effects.onTrouble(nodeId, trouble)
  }

  onSeen(nodeId: NodeId, wallClockMs: number): void {
    this.lastSeen.set(nodeId, wallClockMs)
  }

  /** All is well. */
  onUp(nodeId: NodeId): void {
    this.troubles.delete(nodeId)
  }

  forget(nodeId: NodeId): void {
    this.troubles.delete(nodeId)
    this.lastSeen.delete(nodeId)
  }
}
