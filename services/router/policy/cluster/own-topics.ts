import { announcementBytes } from './announcement-bytes.ts'
import { signableJson } from './signable-json.ts'
import type { NodeSigner } from './cluster-effects.ts'
import type { Announcement } from './cluster-frame.ts'
import type { NodeId } from './node-id.ts'
import type { NodeLife } from './node-life.ts'
import type { NodeTopics, TopicName } from './node-topics.ts'

/** They change with every request. */
const RESTLESS: ReadonlySet<TopicName> = new Set(['load', 'links', 'spending'])

interface OwnTopic {
  version: number
  /** Of what was sent last. */
  text: string
  sentAtMs: number
  waiting: { readonly value: unknown; readonly text: string } | undefined
}

export interface SignedTopic {
  readonly announcement: Announcement
  readonly sizeBytes: number
}

/** What this node says of itself: signed when it changes, and not more often than others want to hear it. */
export class OwnTopics {
  private readonly topics = new Map<TopicName, OwnTopic>()

  constructor(
    private readonly self: NodeLife & { readonly nodeId: NodeId },
    private readonly signer: NodeSigner,
    private readonly coalesceMs: number,
  ) {}

  versionOf(topic: TopicName): number {
    return this.topics.get(topic)?.version ?? 0
  }

  /** @returns what is to be sent now; undefined when nothing has changed, or it has to wait for `due` */
  say<Topic extends TopicName>(
    topic: Topic,
    value: NodeTopics[Topic],
    nowMs: number,
  ): SignedTopic | undefined {
    const own = this.topicOf(topic)
    const text = signableJson(value)
    const hasToWait = RESTLESS.has(topic) && nowMs - own.sentAtMs < this.coalesceMs
    own.waiting = hasToWait && text !== own.text ? { value, text } : undefined
    return hasToWait || text === own.text ? undefined : this.sign(topic, value, text, nowMs)
  }

  /** What has waited long enough. */
  due(nowMs: number): readonly SignedTopic[] {
    const signed: SignedTopic[] = []
    for (const [topic, { waiting, sentAtMs }] of this.topics) {
      if (waiting === undefined || nowMs - sentAtMs < this.coalesceMs) continue
      signed.push(this.sign(topic, waiting.value, waiting.text, nowMs))
    }
    return signed
  }

  private topicOf(topic: TopicName): OwnTopic {
    const known = this.topics.get(topic)
    if (known !== undefined) return known
    const own: OwnTopic = { version: 0, text: '', sentAtMs: Number.NEGATIVE_INFINITY, waiting: undefined }
    this.topics.set(topic, own)
    return own
  }

  private sign(topic: TopicName, value: unknown, text: string, nowMs: number): SignedTopic {
    const own = this.topicOf(topic)
    own.version += 1
    own.text = text
    own.sentAtMs = nowMs
    own.waiting = undefined
    const { nodeId, epoch, instance } = this.self
    const unsigned = { nodeId, epoch, instance, topic, version: own.version, value }
    const bytes = announcementBytes(unsigned)
    return {
      announcement: { ...unsigned, signature: this.signer.sign(bytes) },
      sizeBytes: bytes.length,
    }
  }
}
