import type { ClusterRecord } from './cluster-record.ts'
import type { NodeId } from './node-id.ts'
import type { TopicName } from './node-topics.ts'

/**
 * One topic of one node, signed by that node: who relays it cannot change it.
 *
 * Later is whoever has the greater `(epoch, instance, version)`, compared in this order. The epoch grows with every start
 * of a node, so that nothing of an earlier life counts any more; two processes with one identity differ in `instance`.
 */
export interface Announcement {
  readonly nodeId: NodeId
  readonly epoch: number
  readonly instance: string
  readonly topic: TopicName
  readonly version: number
  readonly value: unknown
  /** Ed25519 over `announcementBytes`, base64url. */
  readonly signature: string
}

/** What two nodes say to each other over their link; JSON, one message each. */
export type ClusterFrame =
  | HelloFrame
  /** A sign of life is demanded; any frame counts as one. */
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'pong'; readonly id: number }
  | { readonly type: 'announce'; readonly announcements: readonly Announcement[] }
  | { readonly type: 'records'; readonly records: readonly ClusterRecord[] }
  | DigestFrame
  /**
   * Prompts that the sender has just worked on, newest last: of each the blocks of its `PrefixChain` that the sender has
   * not told before, from its beginning on, as `prefix-words.ts` writes them (7 bytes each, big-endian, base64url).
   */
  | { readonly type: 'prefixes'; readonly model: string; readonly hashes: readonly string[] }
  /** The sender is about to close the link, and says why. */
  | { readonly type: 'bye'; readonly reason: ByeReason }

/** First on every link, from both ends. */
export interface HelloFrame {
  readonly type: 'hello'
  readonly protocolVersion: number
  readonly epoch: number
  readonly instance: string
  /** Unix milliseconds at the sender. */
  readonly clock: number
}

/** What the sender knows; the other end answers with what is newer, and asks for nothing. */
export interface DigestFrame {
  readonly type: 'digest'
  readonly nodes: readonly {
    readonly nodeId: NodeId
    readonly epoch: number
    readonly instance: string
    readonly versions: Readonly<Partial<Record<TopicName, number>>>
  }[]
  /** `kind id` → `updatedAt updatedBy`. */
  readonly records: Readonly<Record<string, string>>
}

export type ByeReason =
  | 'stopping'
  | 'removed'
  /** Another process with the same identity, started later, is known. */
  | 'duplicate-identity'
  | 'protocol-version'
  /** A second link between the same two; the other one stays. */
  | 'second-link'
  | 'broken-frame'
