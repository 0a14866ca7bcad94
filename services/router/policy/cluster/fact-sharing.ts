import { announcementBytes } from './announcement-bytes.ts'
import type { Announcement, DigestFrame } from './cluster-frame.ts'
import { announcementsNewerThan, makeDigest, portionsOfRecords } from './cluster-digest.ts'
import type { ClusterLink } from './cluster-link.ts'
import type { ClusterParts } from './cluster-parts.ts'
import type { ClusterRecord } from './cluster-record.ts'
import type { Moment } from './cluster-rules.ts'
import type { LinkEnds } from './link-ends.ts'
import type { NodeId } from './node-id.ts'
import { compareLives } from './node-life.ts'
import type { NodeLife } from './node-life.ts'
import type { SignedTopic } from './own-topics.ts'

/** A frame has room for it, and for what comes with it. */
const LARGEST_ANNOUNCEMENT_BYTES = 4 * 1024 * 1024

/** What came of announcements. */
export type Hearing =
  | 'heard'
  /** Somebody else speaks in our name, and was started later. */
  | 'fenced'
  | 'forged'

/**
 * How facts get round. What this node says of itself goes to all whom it has a link to, at once; so does every record that
 * is new to it, whoever it came from, so that a removal reaches all although not all have links to each other, and so does
 * where a node is. Whatever is missed all the same comes with the answer to the next digest.
 */
export class FactSharing {
  constructor(
    private readonly parts: ClusterParts,
    private readonly ends: LinkEnds,
  ) {}

  /** @returns false for what others would not take: then nothing is sent */
  say({ announcement, sizeBytes }: SignedTopic, nowMs: number): boolean {
    const { store, links, effects, self } = this.parts
    if (sizeBytes > LARGEST_ANNOUNCEMENT_BYTES || !store.keepOwn(announcement, sizeBytes)) return false
    links.sendToAll({ type: 'announce', announcements: [announcement] }, nowMs)
    effects.onChange({ type: 'topic', nodeId: self.nodeId, topic: announcement.topic })
    return true
  }

  askFor(link: ClusterLink, nowMs: number): void {
    const { links, store, book } = this.parts
    links.send(link, makeDigest(store, book), nowMs)
  }

  answer(link: ClusterLink, digest: DigestFrame, nowMs: number): void {
    const { links, store, book } = this.parts
    for (const records of portionsOfRecords(book.newerThan(digest.records)))
      links.send(link, { type: 'records', records }, nowMs)
    for (const announcements of announcementsNewerThan(store, digest))
      links.send(link, { type: 'announce', announcements }, nowMs)
  }

  /** A node says that it was started anew. */
  onLife(nodeId: NodeId, life: NodeLife, at: Moment): void {
    const { store, effects } = this.parts
    for (const topic of store.onLife(nodeId, life)) effects.onChange({ type: 'topic', nodeId, topic })
    this.ends.endEarlierLives(nodeId, life, at)
  }

  onAnnouncements(announcements: readonly Announcement[], from: ClusterLink, at: Moment): Hearing {
    for (const announcement of announcements) {
      const hearing = this.onAnnouncement(announcement, from, at)
      if (hearing !== 'heard') return hearing
    }
    return 'heard'
  }

  /** @param from who has told; undefined: this node has changed them itself @returns whether anything is new */
  merge(records: readonly ClusterRecord[], from: ClusterLink | undefined, at: Moment): boolean {
    const { book, links, effects } = this.parts
    const changed = records.filter((record) => book.merge(record))
    if (changed.length === 0) return false
    // Before anything follows from them: whoever is shut out now still learns why.
    for (const portion of portionsOfRecords(changed))
      links.sendToAll({ type: 'records', records: portion }, at.nowMs, from)
    effects.onRecords(changed)
    const memberIds = changed.flatMap(({ kind, id }) => (kind === 'member' ? [id] : []))
    for (const id of memberIds) this.onMemberChanged(id, at)
    if (memberIds.length > 0) effects.onChange({ type: 'members' })
    return true
  }

  private onAnnouncement(announcement: Announcement, from: ClusterLink, at: Moment): Hearing {
    const { self, book, store, effects } = this.parts
    const { nodeId } = announcement
    if (nodeId === self.nodeId) return this.onOwnName(announcement)
    if (!book.isMember(nodeId)) return 'heard'
    const offer = store.offer(announcement)
    if (offer.type !== 'taken') return offer.type === 'forged' ? 'forged' : 'heard'
    if (offer.isNewLife) this.ends.endEarlierLives(nodeId, announcement, at)
    for (const topic of offer.topics) effects.onChange({ type: 'topic', nodeId, topic })
    if (announcement.topic === 'identity') this.onIdentity(announcement, from, at.nowMs)
    return 'heard'
  }

  private onOwnName(announcement: Announcement): Hearing {
    const { self, own, signer } = this.parts
    const order = compareLives(announcement, self)
    const isOurs = order === 0 && announcement.version <= own.versionOf(announcement.topic)
    if (order < 0 || isOurs) return 'heard'
    const isSigned = signer.verify(self.nodeId, announcementBytes(announcement), announcement.signature)
    return isSigned ? 'fenced' : 'forged'
  }

  /** Passed on at once, so that those who do not know where the node is can get to it now. */
  private onIdentity(announcement: Announcement, from: ClusterLink, nowMs: number): void {
    const { store, addresses, links, plan } = this.parts
    const { nodeId } = announcement
    links.sendToAll({ type: 'announce', announcements: [announcement] }, nowMs, from)
    const announced = store.topicsOf(nodeId).identity?.addresses ?? []
    if (addresses.learn(nodeId, 'announced', announced)) plan.wake(nodeId, nowMs)
  }

  /** Closes a link to somebody who is no member, or is none any more: who was one is shown so. */
  refuse(link: ClusterLink, at: Moment): void {
    const { links, book } = this.parts
    const tombstone = book.find('member', link.nodeId)
    if (tombstone !== undefined) links.send(link, { type: 'records', records: [tombstone] }, at.nowMs)
    const bye = tombstone === undefined ? undefined : 'removed'
    this.ends.end(link, { bye, trouble: undefined }, at)
  }

  private onMemberChanged(id: string, at: Moment): void {
    const { self, book, standings, links } = this.parts
    const nodeId = book.memberOf(id)?.nodeId
    if (nodeId === undefined) return
    const isSelf = nodeId === self.nodeId
    if (book.isMember(nodeId)) {
      if (isSelf) standings.onUp(nodeId)
    } else if (isSelf) {
      standings.onTrouble(nodeId, 'removed')
      this.ends.endAll({ bye: 'stopping', trouble: 'closed' }, at)
    } else {
      for (const link of links.allTo(nodeId)) this.refuse(link, at)
      this.forget(nodeId)
    }
  }

  private forget(nodeId: NodeId): void {
    const { store, addresses, plan, standings } = this.parts
    store.forget(nodeId)
    addresses.forget(nodeId)
    plan.forget(nodeId)
    standings.forget(nodeId)
  }
}
