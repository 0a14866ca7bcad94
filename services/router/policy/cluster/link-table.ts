import type { ClusterEffects, LinkFacts } from './cluster-effects.ts'
import type { ByeReason, ClusterFrame } from './cluster-frame.ts'
import { openLink } from './cluster-link.ts'
import type { ClusterLink } from './cluster-link.ts'
import type { Moment } from './cluster-rules.ts'
import type { NodeId } from './node-id.ts'

/** All connections to other nodes, and of each node the one that is used. */
export class LinkTable {
  private readonly open = new Map<string, ClusterLink>()
  private readonly used = new Map<NodeId, ClusterLink>()
  private lastPingId = 0

  constructor(private readonly effects: Pick<ClusterEffects, 'send' | 'closeLink'>) {}

  add(facts: LinkFacts, at: Moment): ClusterLink {
    const link = openLink(facts, at)
    this.open.set(link.linkId, link)
    return link
  }

  find(linkId: string): ClusterLink | undefined {
    return this.open.get(linkId)
  }

  get all(): readonly ClusterLink[] {
    return [...this.open.values()]
  }

  /** Those over which there is talk: one for each node. */
  get inUse(): readonly ClusterLink[] {
    return [...this.used.values()]
  }

  to(nodeId: NodeId): ClusterLink | undefined {
    return this.used.get(nodeId)
  }

  /** Every connection, also those whose other end has not greeted yet. */
  allTo(nodeId: NodeId): readonly ClusterLink[] {
    return this.all.filter((link) => link.nodeId === nodeId)
  }

  get nodesWithLink(): ReadonlySet<NodeId> {
    return new Set(this.all.map(({ nodeId }) => nodeId))
  }

  use(link: ClusterLink): void {
    this.used.set(link.nodeId, link)
  }

  send(link: ClusterLink, frame: ClusterFrame, nowMs: number): void {
    link.sentAtMs = nowMs
    this.effects.send(link.linkId, frame)
  }

  sendToAll(frame: ClusterFrame, nowMs: number, except?: ClusterLink): void {
    for (const link of this.used.values()) if (link !== except) this.send(link, frame, nowMs)
  }

  ping(link: ClusterLink, nowMs: number): void {
    this.lastPingId += 1
    link.ping = { id: this.lastPingId, sentAtMs: nowMs }
    this.send(link, { type: 'ping', id: this.lastPingId }, nowMs)
  }

  /** Closes it, and says why where there is a word for it. */
  close(link: ClusterLink, reason: ByeReason | undefined, nowMs: number): void {
    this.forget(link)
    if (reason !== undefined) this.send(link, { type: 'bye', reason }, nowMs)
    this.effects.closeLink(link.linkId)
  }

  /** It is closed. @returns whether its node has no link any more, and had one */
  forget(link: ClusterLink): boolean {
    this.open.delete(link.linkId)
    return this.used.get(link.nodeId) === link && this.used.delete(link.nodeId)
  }
}
