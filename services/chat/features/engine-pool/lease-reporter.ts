import { LEASE_REPORT_EVERY_MS } from '@shared/contracts/memory-lease.ts'
import type { LeaseReport } from '@shared/contracts/memory-lease.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { MemoryLeases } from './memory-leases.ts'
import type { PoolClock } from './engine-pool.ts'

/** Changes within this time are told together. */
const GATHER_MS = 50

export interface LeaseReporter {
  /** Something has changed: tell the ledger soon. */
  changed(): void
  stop(): void
}

/** Tells the ledger what this service holds: soon after each change, and every few seconds as a sign of life. */
export const startLeaseReporter = (ports: {
  readonly leases: MemoryLeases
  readonly reports: () => Promise<readonly LeaseReport[]>
  readonly clock: PoolClock
  readonly log: Log
}): LeaseReporter => {
  const { clock, leases, log, reports } = ports
  let cancelNext: (() => void) | undefined
  let isSoon = false
  let isStopped = false
  const tell = async (): Promise<void> => {
    isSoon = false
    try {
      await leases.report(await reports())
    } catch (error) {
      log.debug({ err: error }, 'the ledger of memory did not take the report; the next one tells it again')
    }
    if (!isSoon && !isStopped) schedule(LEASE_REPORT_EVERY_MS)
  }
  const schedule = (delayMs: number): void => {
    cancelNext?.()
    cancelNext = clock.after(delayMs, () => void tell())
  }
  schedule(0)
  return {
    changed() {
      if (isSoon || isStopped) return
      isSoon = true
      schedule(GATHER_MS)
    },
    stop() {
      isStopped = true
      cancelNext?.()
    },
  }
}
