import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { OnNodeDown } from './peer-calls.ts'

/**
 * Connections to a node that were opened before its link went down are not used again.
 *
 * `fetch` keeps connections for later requests. When one of the two machines has got another address meanwhile, or was
 * switched off, nothing ever comes back over those: a request would hang there for a quarter of an hour, on a node whose
 * new link is up. `fetch` shares connections only among requests that trust the very same text, so a comment before the
 * certificate makes it open new ones.
 */
export class PeerConnections {
  private readonly losses = new Map<NodeId, number>()

  constructor(private readonly onNodeDown: OnNodeDown) {}

  /** @param certificate PEM @returns the same certificate, as a text that differs after each loss of the link */
  trustFor(nodeId: NodeId, certificate: string): string {
    const losses = this.losses.get(nodeId)
    if (losses === undefined) this.watch(nodeId)
    return losses === undefined || losses === 0 ? certificate : `# ${losses}\n${certificate}`
  }

  /** For good: the nodes of a cluster are few. */
  private watch(nodeId: NodeId): void {
    this.losses.set(nodeId, 0)
    this.onNodeDown(nodeId, () => this.losses.set(nodeId, (this.losses.get(nodeId) ?? 0) + 1))
  }
}
