import type { AccessKey } from '@shared/access/access-key.ts'
import { readAccessKey } from '@shared/access/key-file.ts'
import type { ClusterRecord, Member } from '../../policy/cluster/cluster-record.ts'

/** A key, as other nodes hear of it. */
export const keyRecord = (key: AccessKey): ClusterRecord<AccessKey> => ({
  kind: 'key',
  id: key.id,
  updatedAt: key.updatedAt,
  updatedBy: key.updatedBy,
  value: key,
})

/** The keys among records; what is no key is left out. */
export const keysIn = (records: readonly ClusterRecord[]): readonly AccessKey[] =>
  records.flatMap(({ kind, value }) => (kind === 'key' ? (readAccessKey(value) ?? []) : []))

/** The members among records, tombstones too. */
export const membersIn = (records: readonly ClusterRecord[]): readonly ClusterRecord<Member>[] =>
  // Values were checked by kind where they came in.
  records.filter((record): record is ClusterRecord<Member> => record.kind === 'member')
