import type { NodeId } from './node-id.ts'

/**
 * A fact of the whole cluster that any member may change: who is a member, which keys open the door. Merged one by one:
 * the later `updatedAt` wins, and of two at the same time the greater `updatedBy`. What was removed stays as a tombstone
 * inside `value`, or an older copy would bring it back.
 */
export interface ClusterRecord<Value = unknown> {
  readonly kind: RecordKind
  /** Of the thing, unique in its kind. */
  readonly id: string
  /** Unix milliseconds of the last change. */
  readonly updatedAt: number
  /** Id of the node that changed it (older keys: its name). */
  readonly updatedBy: string
  readonly value: Value
}

export const RECORD_KINDS = ['member', 'key'] as const
export type RecordKind = (typeof RECORD_KINDS)[number]

/** A node that was let in. `id` of its record is its `NodeId`. */
export interface Member {
  readonly nodeId: NodeId
  /** As it was when it joined; what it announces itself counts more. */
  readonly name: string
  /** Unix milliseconds. */
  readonly joinedAt: number
  /** Unix milliseconds; null while it is a member. Whoever comes back joins anew, with a later record. */
  readonly removedAt: number | null
}

/** What a record of each kind is about. */
export interface RecordValues {
  readonly member: Member
  /** As `AccessKey` of shared/access. */
  readonly key: unknown
}
