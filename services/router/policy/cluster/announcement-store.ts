import { announcementBytes } from './announcement-bytes.ts'
import type { NodeSigner, ReadTopic } from './cluster-effects.ts'
import type { Announcement } from './cluster-frame.ts'
import type { NodeId } from './node-id.ts'
import { compareLives } from './node-life.ts'
import type { NodeLife } from './node-life.ts'
import type { NodeTopics, TopicName } from './node-topics.ts'

/** What was kept of one node's words. */
export interface KeptAnnouncement {
  readonly announcement: Announcement
  readonly sizeBytes: number
}

interface KnownNode {
  readonly life: NodeLife
  readonly kept: Map<TopicName, KeptAnnouncement>
  /** Replaced, never changed: who was handed it keeps what it was. */
  topics: Partial<NodeTopics>
}

export type Offer =
  /** @prop topics that are new, or gone because they were of an earlier life */
  | { readonly type: 'taken'; readonly topics: readonly TopicName[]; readonly isNewLife: boolean }
  | { readonly type: 'old' }
  /** Its author did not sign it. */
  | { readonly type: 'forged' }

const OLD: Offer = { type: 'old' }
const NO_TOPICS: Partial<NodeTopics> = {}

/** The last words of every node, under every topic, of its last life alone. */
export class AnnouncementStore {
  private readonly nodes = new Map<NodeId, KnownNode>()

  constructor(
    private readonly signer: NodeSigner,
    private readonly readTopic: ReadTopic,
  ) {}

  lifeOf(nodeId: NodeId): NodeLife | undefined {
    return this.nodes.get(nodeId)?.life
  }

  topicsOf(nodeId: NodeId): Partial<NodeTopics> {
    return this.nodes.get(nodeId)?.topics ?? NO_TOPICS
  }

  keptOf(nodeId: NodeId): ReadonlyMap<TopicName, KeptAnnouncement> | undefined {
    return this.nodes.get(nodeId)?.kept
  }

  get nodeIds(): Iterable<NodeId> {
    return this.nodes.keys()
  }

  /** A node was started anew: nothing that it said before counts. @returns the topics that are gone */
  onLife(nodeId: NodeId, life: NodeLife): readonly TopicName[] {
    const known = this.nodes.get(nodeId)
    if (known !== undefined && compareLives(life, known.life) <= 0) return []
    this.nodes.set(nodeId, {
      life: { epoch: life.epoch, instance: life.instance },
      kept: new Map(),
      topics: NO_TOPICS,
    })
    return known === undefined ? [] : [...known.kept.keys()]
  }

  /** What somebody says that a node said. Cheap for what is known already: that is most of it. */
  offer(announcement: Announcement): Offer {
    if (!this.isNew(announcement)) return OLD
    const bytes = announcementBytes(announcement)
    if (!this.signer.verify(announcement.nodeId, bytes, announcement.signature)) return { type: 'forged' }
    return this.take(announcement, bytes.length)
  }

  /** Our own words, which need no proof. @returns false for what others would not understand */
  keepOwn(announcement: Announcement, sizeBytes: number): boolean {
    this.take(announcement, sizeBytes)
    return this.keptOf(announcement.nodeId)?.get(announcement.topic)?.announcement === announcement
  }

  forget(nodeId: NodeId): void {
    this.nodes.delete(nodeId)
  }

  private isNew(announcement: Announcement): boolean {
    const known = this.nodes.get(announcement.nodeId)
    if (known === undefined) return true
    const order = compareLives(announcement, known.life)
    if (order !== 0) return order > 0
    return announcement.version > (known.kept.get(announcement.topic)?.announcement.version ?? 0)
  }

  private take(announcement: Announcement, sizeBytes: number): Offer {
    const { nodeId, topic } = announcement
    const life = this.nodes.get(nodeId)?.life
    const isNewLife = life === undefined || compareLives(announcement, life) > 0
    const gone = this.onLife(nodeId, announcement)
    const value = this.readTopic(topic, announcement.value)
    const known = this.nodes.get(nodeId)
    // A newer node may say things in a way that we do not understand: we go on with what it said before.
    if (value === undefined || known === undefined) return { type: 'taken', topics: gone, isNewLife }
    known.kept.set(topic, { announcement, sizeBytes })
    known.topics = { ...known.topics, [topic]: value }
    return { type: 'taken', topics: [...new Set([...gone, topic])], isNewLife }
  }
}
