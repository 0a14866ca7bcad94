import type { Lease } from '../../policy/memory-ledger.ts'

/** What is kept of a lease over a restart of this service. */
export type RecordedLease = Pick<Lease, 'leaseId' | 'holder' | 'model' | 'engine' | 'grantedBytes'>

/**
 * Keeps grants over a restart, so that a new run of this service does not give the same memory away twice in the
 * seconds before its holders have reported.
 */
export interface LeaseRecords {
  load(): readonly RecordedLease[]
  /** Replaces all that was kept. */
  save(leases: readonly RecordedLease[]): void
}
