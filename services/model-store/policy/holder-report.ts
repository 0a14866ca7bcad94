import type { Lease, LeaseHolder, Ledger } from './memory-ledger.ts'

const MOST_REPLACED_INSTANCES = 100

/** One lease as its holder reports it. */
export interface ReportedLease {
  readonly leaseId: string
  readonly model: string
  readonly engine: string
  readonly grantedBytes: number
  readonly residentBytes: number
  readonly isBusy: boolean
  readonly lastUsedMs: number
}

/**
 * Takes a holder's report as the truth about its leases:
 * 1. a new run of a service ends the leases of its old run, and the old run is not heard any more
 * 2. a lease that this ledger does not know is taken in (this service was restarted), unless it was just given back
 * 3. a lease that was in a report before and is not in this one is gone; one that was never reported was granted so
 *    lately that the report had left before, and stays until it expires
 */
export const withReport = (
  ledger: Ledger,
  holder: LeaseHolder,
  reported: readonly ReportedLease[],
  nowMs: number,
): Ledger => {
  if (isReplaced(ledger, holder)) return ledger
  const present = withHolder(ledger, holder)
  const isOfHolder = (lease: Lease): boolean => lease.holder.service === holder.service
  const named = new Set(reported.map(({ leaseId }) => leaseId))
  const kept = present.leases.filter(
    (lease) => !isOfHolder(lease) || (!lease.isReported && !named.has(lease.leaseId)),
  )
  const confirmed = reported
    .filter(({ leaseId }) => !present.releasedMs.has(leaseId))
    .map((lease): Lease => ({ ...lease, holder, confirmedMs: nowMs, isReported: true }))
  return { ...present, leases: [...kept, ...confirmed] }
}

/** The ledger as it is once this run of a service is known: without the leases of the run before. */
export const withHolder = (ledger: Ledger, holder: LeaseHolder): Ledger => {
  const old = ledger.leases.filter(
    (lease) => lease.holder.service === holder.service && lease.holder.instance !== holder.instance,
  )
  if (old.length === 0) return ledger
  const replaced = new Set([...ledger.replacedInstances, ...old.map((lease) => lease.holder.instance)])
  return {
    ...ledger,
    leases: ledger.leases.filter((lease) => !old.includes(lease)),
    replacedInstances: [...replaced].slice(-MOST_REPLACED_INSTANCES),
  }
}

export const isReplaced = (ledger: Ledger, holder: LeaseHolder): boolean =>
  ledger.replacedInstances.includes(holder.instance)

/** Without leases whose holder has been silent for too long, and without memories of releases as old as that. */
export const withoutSilent = (ledger: Ledger, nowMs: number, expiresMs: number): Ledger => {
  const isFresh = (ms: number): boolean => nowMs - ms <= expiresMs
  const leases = ledger.leases.filter((lease) => isFresh(lease.confirmedMs))
  const releasedMs = new Map([...ledger.releasedMs].filter(([, ms]) => isFresh(ms)))
  const isSame = leases.length === ledger.leases.length && releasedMs.size === ledger.releasedMs.size
  return isSame ? ledger : { ...ledger, leases, releasedMs }
}
