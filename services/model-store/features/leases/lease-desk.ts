import type { HolderReport, LeaseGrant, LeaseReport, LeaseRequest } from '@shared/contracts/memory-lease.ts'
import { LEASE_REPORT_EXPIRES_MS } from '@shared/contracts/memory-lease.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import { isReplaced, withHolder, withoutSilent, withReport } from '../../policy/holder-report.ts'
import {
  decideLease,
  emptyLedger,
  heldBytes,
  withLease,
  withoutLease,
  withRefusal,
} from '../../policy/memory-ledger.ts'
import type { Lease, LeaseHolder, Ledger } from '../../policy/memory-ledger.ts'
import type { StoreClock } from '../store-clock.ts'
import { isRestarting, neverFits, noRoomInTime } from './lease-faults.ts'
import type { LeaseHolders } from './lease-holders.ts'
import type { LeaseRecords } from './lease-records.ts'

export interface LeaseDeskPorts {
  readonly budgetBytes: number
  readonly holders: LeaseHolders
  readonly records: LeaseRecords
  readonly clock: StoreClock
  readonly createId: () => string
  readonly onEviction: () => void
  readonly log: Log
}

interface Waiting {
  readonly request: LeaseRequest
  readonly settle: (outcome: LeaseGrant | Error) => void
}

/** One lease with its holder's last word on it. */
export interface HeldLease {
  readonly lease: Lease
  /** Absent until the holder has reported it. */
  readonly report?: LeaseReport
}

/**
 * Grants memory in the order in which it was asked for, asks holders of idle leases to make room, and forgets holders
 * that are gone. What to do is decided in `policy/`; here it is done.
 */
export class LeaseDesk {
  readonly #ports: LeaseDeskPorts
  #ledger: Ledger
  #reports = new Map<string, LeaseReport>()
  #waiting: readonly Waiting[] = []
  #isServing = false
  #recorded = ''

  constructor(ports: LeaseDeskPorts) {
    this.#ports = ports
    this.#ledger = ports.records
      .load()
      .reduce(
        (ledger, recorded) => withLease(ledger, { ...recorded, ...this.#fresh(), isBusy: true }),
        emptyLedger(ports.budgetBytes),
      )
  }

  get budgetBytes(): number {
    return this.#ledger.budgetBytes
  }

  get heldBytes(): number {
    return heldBytes(this.#ledger)
  }

  get waitingCount(): number {
    return this.#waiting.length
  }

  /** Leases of holders that are alive. */
  held(): readonly HeldLease[] {
    this.#dropSilent()
    return this.#ledger.leases.map((lease) => {
      const report = this.#reports.get(lease.leaseId)
      return report === undefined ? { lease } : { lease, report }
    })
  }

  /**
   * Waits for its turn and for room.
   * @param signal of the asking service; when it fires the request leaves the queue
   * @throws Fault `overloaded`: at once without `retryAfterSeconds` when it can never fit, with it when `waitMs` is over
   */
  async acquire(request: LeaseRequest, signal: AbortSignal): Promise<LeaseGrant> {
    signal.throwIfAborted()
    const holder = holderOf(request)
    if (isReplaced(this.#ledger, holder))
      throw new Fault('conflict', `A newer run of the ${request.service} service has replaced this one.`)
    this.#change(withHolder(this.#ledger, holder))
    if (decideLease(this.#ledger, request.bytes).type === 'refuse')
      throw neverFits(request, this.#ledger.budgetBytes)
    return new Promise((resolve, reject) => {
      const leave = (): void =>
        waiting.settle(signal.reason instanceof Error ? signal.reason : new Error('left'))
      const stopTimer = this.#ports.clock.after(request.waitMs, () => {
        waiting.settle(noRoomInTime(request, this.#ledger.budgetBytes, heldBytes(this.#ledger)))
      })
      const waiting: Waiting = {
        request,
        settle: (outcome) => {
          stopTimer()
          signal.removeEventListener('abort', leave)
          this.#waiting = this.#waiting.filter((other) => other !== waiting)
          if (outcome instanceof Error) reject(outcome)
          else resolve(outcome)
          void this.#serve()
        },
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting = [...this.#waiting, waiting]
      void this.#serve()
    })
  }

  report({ leases, ...holder }: HolderReport): void {
    const now = this.#ports.clock.now()
    const reported = leases.map((lease) => ({
      leaseId: lease.leaseId,
      model: lease.model,
      engine: lease.engine,
      grantedBytes: lease.bytes,
      residentBytes: lease.residentBytes,
      isBusy: lease.state !== 'ready' || lease.activeRequests > 0,
      lastUsedMs: Date.parse(lease.lastUsedAt),
    }))
    for (const lease of leases) this.#reports.set(lease.leaseId, lease)
    this.#change(withReport(this.#ledger, holder, reported, now))
    void this.#serve()
  }

  release(leaseId: string): void {
    this.#change(withoutLease(this.#ledger, leaseId, this.#ports.clock.now()))
    void this.#serve()
  }

  /** Asks for every lease of a model back; false when a holder keeps one because it is at work. */
  async unload(model: string): Promise<boolean> {
    const leases = this.held().filter(({ lease }) => lease.model === model)
    for (const { lease } of leases) if (!(await this.#revoke(lease))) return false
    return true
  }

  /** Nobody is granted anything any more: who waits is told to come again. */
  close(): void {
    for (const waiting of this.#waiting) waiting.settle(isRestarting())
  }

  /** Drops holders that have gone silent; call now and then. */
  expire(): void {
    this.#dropSilent()
    void this.#serve()
  }

  #dropSilent(): void {
    this.#change(withoutSilent(this.#ledger, this.#ports.clock.now(), LEASE_REPORT_EXPIRES_MS))
  }

  /** Serves the queue from its front until somebody has to wait. One such round at a time. */
  async #serve(): Promise<void> {
    if (this.#isServing) return
    this.#isServing = true
    this.#dropSilent()
    try {
      for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
        const decision = decideLease(this.#ledger, first.request.bytes)
        if (decision.type === 'grant') this.#grant(first)
        else if (decision.type === 'ask') await this.#askFor(decision.leaseIds[0])
        else break
      }
    } finally {
      this.#isServing = false
    }
  }

  #grant(waiting: Waiting): void {
    const { request } = waiting
    const leaseId = this.#ports.createId()
    const { model, engine, bytes: grantedBytes } = request
    const lease = { leaseId, holder: holderOf(request), model, engine, grantedBytes, ...this.#fresh() }
    this.#change(withLease(this.#ledger, { ...lease, isBusy: true }))
    waiting.settle({ leaseId })
  }

  async #askFor(leaseId: string | undefined): Promise<void> {
    const lease = this.#ledger.leases.find((other) => other.leaseId === leaseId)
    if (lease !== undefined && (await this.#revoke(lease))) this.#ports.onEviction()
  }

  async #revoke(lease: Lease): Promise<boolean> {
    const { holders, log } = this.#ports
    const isReleased = await holders.revoke(lease.holder, lease.leaseId)
    log.info({ leaseId: lease.leaseId, model: lease.model, isReleased }, 'asked for memory back')
    if (isReleased) this.release(lease.leaseId)
    else this.#change(withRefusal(this.#ledger, lease.leaseId))
    return isReleased
  }

  #fresh(): Pick<Lease, 'residentBytes' | 'lastUsedMs' | 'confirmedMs' | 'isReported'> {
    const now = this.#ports.clock.now()
    return { residentBytes: 0, lastUsedMs: now, confirmedMs: now, isReported: false }
  }

  /** The one place where the ledger changes: reports of leases that are gone go, and what is granted is kept. */
  #change(ledger: Ledger): void {
    this.#ledger = ledger
    const ids = new Set(ledger.leases.map(({ leaseId }) => leaseId))
    for (const leaseId of this.#reports.keys()) if (!ids.has(leaseId)) this.#reports.delete(leaseId)
    const recorded = ledger.leases.map(({ leaseId, holder, model, engine, grantedBytes }) => ({
      leaseId,
      holder,
      model,
      engine,
      grantedBytes,
    }))
    const text = JSON.stringify(recorded)
    if (text === this.#recorded) return
    this.#recorded = text
    try {
      this.#ports.records.save(recorded)
    } catch (error) {
      // Only a restart within the next seconds would miss it; a full disk must not stop the node from answering.
      this.#ports.log.error({ err: error }, 'the leases could not be written down')
    }
  }
}

const holderOf = ({ service, instance, address }: LeaseRequest): LeaseHolder => ({
  service,
  instance,
  address,
})
