import type { ClusterRules } from './cluster-rules.ts'
import type { ClusterRecord, Member, RecordKind, RecordValues } from './cluster-record.ts'
import type { NodeId } from './node-id.ts'

type RecordVersion = Pick<ClusterRecord, 'updatedAt' | 'updatedBy'>

/** Above 0 when the left one is the later. */
const compareRecords = (left: RecordVersion, right: RecordVersion): number => {
  if (left.updatedAt !== right.updatedAt) return left.updatedAt - right.updatedAt
  if (left.updatedBy === right.updatedBy) return 0
  return left.updatedBy > right.updatedBy ? 1 : -1
}

/** Names a record in a digest. */
export const recordKey = ({ kind, id }: Pick<ClusterRecord, 'kind' | 'id'>): string => `${kind} ${id}`

/** Says in a digest which change of a record it is. */
export const recordStamp = ({ updatedAt, updatedBy }: ClusterRecord): string => `${updatedAt} ${updatedBy}`

/**
 * The facts of the whole cluster. Of two versions of a record the later one stays.
 *
 * A clock that was wrong cannot make a record stay for good: records are taken as they are, also from the future (if each
 * node moved them to its own present, they would differ, and win again and again), but `stamp` makes each change later
 * than what it replaces, whatever the clock says.
 */
export class RecordBook {
  private readonly records = new Map<string, ClusterRecord>()
  private readonly live = new Map<NodeId, Member>()

  constructor(private readonly limits: Pick<ClusterRules, 'memberLimit' | 'recordLimit'>) {}

  get all(): readonly ClusterRecord[] {
    return [...this.records.values()]
  }

  find(kind: RecordKind, id: string): ClusterRecord | undefined {
    return this.records.get(recordKey({ kind, id }))
  }

  memberOf(nodeId: string): Member | undefined {
    const record = this.find('member', nodeId)
    return record === undefined ? undefined : memberIn(record)
  }

  isMember(nodeId: NodeId): boolean {
    return this.live.has(nodeId)
  }

  /** Those who are members now. */
  get members(): ReadonlyMap<NodeId, Member> {
    return this.live
  }

  /** The record of a change that is made here and now. */
  stamp<Kind extends RecordKind>(
    kind: Kind,
    id: string,
    value: RecordValues[Kind],
    by: { readonly nodeId: NodeId; readonly wallClockMs: number },
  ): ClusterRecord<RecordValues[Kind]> {
    const replaced = this.find(kind, id)
    const updatedAt = Math.max(by.wallClockMs, (replaced?.updatedAt ?? 0) + 1)
    return { kind, id, updatedAt, updatedBy: by.nodeId, value }
  }

  /** False when it changes nothing: a later one is known, or there is no room for one more. */
  merge(record: ClusterRecord): boolean {
    const key = recordKey(record)
    const known = this.records.get(key)
    if (known !== undefined && compareRecords(record, known) <= 0) return false
    if (known === undefined && this.records.size >= this.limits.recordLimit) return false
    const member = memberIn(record)
    if (member !== undefined && !this.setMember(member)) return false
    this.records.set(key, record)
    return true
  }

  /** What somebody with that digest does not know yet. */
  newerThan(digest: Readonly<Record<string, string>>): readonly ClusterRecord[] {
    return this.all.filter((record) => {
      const stamp = Object.hasOwn(digest, recordKey(record)) ? digest[recordKey(record)] : undefined
      return stamp === undefined || isLaterThanStamp(record, stamp)
    })
  }

  private setMember(member: Member): boolean {
    if (member.removedAt !== null) this.live.delete(member.nodeId)
    else if (!this.live.has(member.nodeId) && this.live.size >= this.limits.memberLimit) return false
    else this.live.set(member.nodeId, member)
    return true
  }
}

const isLaterThanStamp = (record: ClusterRecord, stamp: string): boolean => {
  const space = stamp.indexOf(' ')
  const updatedAt = Number(stamp.slice(0, space))
  // Also for a stamp that says nothing.
  return !(compareRecords(record, { updatedAt, updatedBy: stamp.slice(space + 1) }) <= 0)
}

const memberIn = ({ kind, value }: ClusterRecord): Member | undefined =>
  // Whoever made the record has checked its value by its kind.
  kind === 'member' ? (value as Member) : undefined
