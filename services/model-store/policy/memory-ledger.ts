/** Who holds memory: one run of one service. */
export interface LeaseHolder {
  readonly service: string
  readonly instance: string
  readonly address: string
}

/** Memory that was granted to one engine. Times are Unix milliseconds. */
export interface Lease {
  readonly leaseId: string
  readonly holder: LeaseHolder
  readonly model: string
  readonly engine: string
  /** Granted. */
  readonly grantedBytes: number
  /** Measured by the holder; an estimate that was too low must not let the node overcommit. */
  readonly residentBytes: number
  /** Loading, working on a request, or its holder has refused since its last report: not worth asking for. */
  readonly isBusy: boolean
  readonly lastUsedMs: number
  /** When it was granted or last stood in a report. */
  readonly confirmedMs: number
  /** False until its holder has named it in a report. */
  readonly isReported: boolean
}

/** All memory that is held on this node. */
export interface Ledger {
  readonly budgetBytes: number
  readonly leases: readonly Lease[]
  /** When leases were given back: a report that was under way then must not bring them to life again. */
  readonly releasedMs: ReadonlyMap<string, number>
  /** Runs of services that a newer run has replaced; what they still say is not heard. */
  readonly replacedInstances: readonly string[]
}

/**
 * What to do about a wish for memory.
 * 1. `refuse`: it is more than the whole budget, now and for ever
 * 2. `grant`: it fits
 * 3. `ask`: it fits when these idle leases go, longest unused first; ask for the first and decide again
 * 4. `wait`: all that could go is at work
 */
export type LeaseDecision =
  | { readonly type: 'refuse' }
  | { readonly type: 'grant' }
  | { readonly type: 'ask'; readonly leaseIds: readonly string[] }
  | { readonly type: 'wait' }

export const emptyLedger = (budgetBytes: number): Ledger => ({
  budgetBytes,
  leases: [],
  releasedMs: new Map(),
  replacedInstances: [],
})

export const countedBytes = (lease: Lease): number => Math.max(lease.grantedBytes, lease.residentBytes)

export const heldBytes = ({ leases }: Ledger): number =>
  leases.reduce((total, lease) => total + countedBytes(lease), 0)

export const decideLease = (ledger: Ledger, wantedBytes: number): LeaseDecision => {
  if (wantedBytes > ledger.budgetBytes) return { type: 'refuse' }
  let missingBytes = heldBytes(ledger) + wantedBytes - ledger.budgetBytes
  if (missingBytes <= 0) return { type: 'grant' }
  const leaseIds: string[] = []
  for (const lease of idleLeases(ledger)) {
    leaseIds.push(lease.leaseId)
    missingBytes -= countedBytes(lease)
    if (missingBytes <= 0) return { type: 'ask', leaseIds }
  }
  // Unloading some would not be enough: they stay until a busy one is done, and may be used again meanwhile.
  return { type: 'wait' }
}

const idleLeases = ({ leases }: Ledger): readonly Lease[] =>
  leases.filter((lease) => !lease.isBusy).toSorted((left, right) => left.lastUsedMs - right.lastUsedMs)

/** Adds a lease, or replaces the one with its id. */
export const withLease = (ledger: Ledger, lease: Lease): Ledger => ({
  ...ledger,
  leases: [...ledger.leases.filter(({ leaseId }) => leaseId !== lease.leaseId), lease],
})

export const withoutLease = (ledger: Ledger, leaseId: string, nowMs: number): Ledger => ({
  ...ledger,
  leases: ledger.leases.filter((lease) => lease.leaseId !== leaseId),
  releasedMs: new Map([...ledger.releasedMs, [leaseId, nowMs]]),
})

/** The holder kept it: not asked again before its next report. */
export const withRefusal = (ledger: Ledger, leaseId: string): Ledger => ({
  ...ledger,
  leases: ledger.leases.map((lease) => (lease.leaseId === leaseId ? { ...lease, isBusy: true } : lease)),
})
