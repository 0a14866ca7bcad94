import type { ClusterFrame } from './cluster-frame.ts'
import type { ClusterChange } from './cluster-node.ts'
import type { ClusterRecord } from './cluster-record.ts'
import type { LinkTrouble } from './link-trouble.ts'
import type { NodeId } from './node-id.ts'
import type { NodeAddress, NodeTopics, TopicName } from './node-topics.ts'

/**
 * What the cluster does to the world. Called from inside the core's methods, never later. None of these may call the core
 * again before it has returned, except that `closeLink` may call `onLinkDown`.
 */
export interface ClusterEffects {
  /** What cannot be sent any more is lost, and `onLinkDown` follows. */
  send(linkId: string, frame: ClusterFrame): void
  /** What was sent before should still arrive: it says why. The core has forgotten the link already. */
  closeLink(linkId: string): void
  /** Tries these addresses, best first, until one answers: `onLink`, or once `onDialFailed` when none does. */
  dial(nodeId: NodeId, addresses: readonly NodeAddress[]): void
  onChange(change: ClusterChange): void
  /** These have changed, whoever did it: to be saved. */
  onRecords(records: readonly ClusterRecord[]): void
  /** This node and that one do not get together; of this node itself: `removed`. Told when it changes. */
  onTrouble(nodeId: NodeId, trouble: LinkTrouble): void
  /** A node has worked on these prompts. */
  onPrefixes(nodeId: NodeId, model: string, hashes: readonly string[]): void
  /** Another process with our identity was started later: this one is out of the cluster for good. Once. */
  onFenced(): void
}

/** Ed25519 with the keys that node ids are made of. Both take less than a tenth of a millisecond. */
export interface NodeSigner {
  /** @returns the signature with this node's own key, base64url */
  sign(bytes: Uint8Array): string
  /** False also for what is no signature at all. */
  verify(nodeId: NodeId, bytes: Uint8Array, signature: string): boolean
}

/** What a node said under a topic: fields that we do not know left out; undefined when it is nothing of that kind. */
export type ReadTopic = <Topic extends TopicName>(
  topic: Topic,
  value: unknown,
) => NodeTopics[Topic] | undefined

/** A new connection whose other end has proved its identity. */
export interface LinkFacts {
  /** Differs for every connection. */
  readonly linkId: string
  readonly nodeId: NodeId
  readonly isOutbound: boolean
  /** IP address of the other end. */
  readonly host: string
}
