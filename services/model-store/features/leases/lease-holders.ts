import type { LeaseHolder } from '../../policy/memory-ledger.ts'

/** The services that hold leases, reached at their own addresses. */
export interface LeaseHolders {
  /** Asks for a lease back; true when its memory is free. Never rejects: a holder that cannot be reached keeps it. */
  revoke(holder: LeaseHolder, leaseId: string): Promise<boolean>
}
