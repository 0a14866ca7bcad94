import type { LeaseReport } from '@shared/contracts/memory-lease.ts'
import type { ModelId } from '@shared/inference/model-card.ts'

/** What the pool needs of the node's ledger of memory. */
export interface MemoryLeases {
  /**
   * Waits for room.
   * @throws Fault `overloaded`: with `details.budgetBytes` when it can never fit, without when it was busy for too long
   */
  acquire(
    want: { model: ModelId; engine: string; bytes: number; waitMs: number },
    signal: AbortSignal,
  ): Promise<string>
  /** Never rejects: a ledger that cannot be reached learns it from the next report. */
  release(leaseId: string): Promise<void>
  report(leases: readonly LeaseReport[]): Promise<void>
}
