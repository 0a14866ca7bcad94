import type { ByeReason } from './cluster-frame.ts'
import type { ClusterLink } from './cluster-link.ts'
import type { ClusterParts } from './cluster-parts.ts'
import type { Moment } from './cluster-rules.ts'
import type { LinkTrouble } from './link-trouble.ts'
import type { NodeId } from './node-id.ts'
import { compareLives } from './node-life.ts'
import type { NodeLife } from './node-life.ts'

/** Why we end a link: what the other end is told, and what we remember. Undefined: there is no word for it. */
interface LinkEnd {
  readonly bye: ByeReason | undefined
  readonly trouble: LinkTrouble | undefined
}

/** What follows from the end of a link, whoever ended it. */
export class LinkEnds {
  constructor(private readonly parts: ClusterParts) {}

  /** We end it. */
  end(link: ClusterLink, { bye, trouble }: LinkEnd, at: Moment): void {
    const wasUsed = this.parts.links.to(link.nodeId) === link
    this.parts.links.close(link, bye, at.nowMs)
    this.follow(link, { wasUsed, trouble }, at)
  }

  /** It has ended, or will at once. */
  onEnded(link: ClusterLink, trouble: LinkTrouble | undefined, at: Moment): void {
    this.follow(link, { wasUsed: this.parts.links.forget(link), trouble }, at)
  }

  /** The other end has closed it because there is a second one, which may not have greeted here yet. */
  onSecondClosed(link: ClusterLink, at: Moment): void {
    const { links } = this.parts
    const other = links.allTo(link.nodeId).find((known) => known !== link)
    if (other !== undefined && links.to(link.nodeId) === link) links.use(other)
    links.close(link, undefined, at.nowMs)
    this.follow(link, { wasUsed: links.to(link.nodeId) === undefined, trouble: undefined }, at)
  }

  /** A node was started anew: links to its earlier life lead nowhere. */
  endEarlierLives(nodeId: NodeId, life: NodeLife, at: Moment): void {
    for (const link of this.parts.links.allTo(nodeId)) {
      if (link.hello === undefined || compareLives(link.hello, life) >= 0) continue
      this.end(link, { bye: 'duplicate-identity', trouble: 'duplicate-identity' }, at)
    }
  }

  endAll(end: LinkEnd, at: Moment): void {
    for (const link of this.parts.links.all) this.end(link, end, at)
  }

  private follow(
    link: ClusterLink,
    { wasUsed, trouble }: { readonly wasUsed: boolean; readonly trouble: LinkTrouble | undefined },
    at: Moment,
  ): void {
    const { self, book, links, plan, standings, effects } = this.parts
    const { nodeId } = link
    if (!book.isMember(nodeId) || nodeId === self.nodeId) return
    standings.onSeen(nodeId, link.heardAt)
    if (links.to(nodeId) !== undefined) return
    if (trouble !== undefined) standings.onTrouble(nodeId, trouble)
    if (links.allTo(nodeId).length === 0) plan.onLinkDown(nodeId, at.nowMs - link.openedAtMs, at.nowMs)
    if (wasUsed) effects.onChange({ type: 'link', nodeId, link: 'down' })
  }
}
