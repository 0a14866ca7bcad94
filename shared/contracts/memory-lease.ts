import type { ModelId } from '@shared/inference/model-card.ts'
import type { ServiceClient } from './service-client.ts'

/**
 * The one ledger of memory of a node lives in model-store. A service asks for a lease before it starts an engine,
 * reports its leases every few seconds (`HolderReport`), and gives them back. When memory is short, model-store asks
 * the holder of the longest idle lease to give it up; the holder alone knows whether it is busy, and says no if so.
 * The ledger is rebuilt from the reports, so a restart of model-store loses nothing.
 */
export const LEASE_ROUTES = {
  /** POST `LeaseRequest` → `LeaseGrant`; waits for room until `waitMs` is over, then `overloaded`. */
  acquire: '/_skein/leases',
  /** PUT `HolderReport` → 204. */
  report: '/_skein/leases/report',
  /** DELETE: the memory is free again. Idempotent. */
  release: '/_skein/leases/:id',
  /** GET → `NodeMemory`. */
  memory: '/_skein/memory',
  /** POST, on the holder's own socket → `RevokeAnswer`. */
  revoke: '/_skein/leases/:id/revoke',
} as const

export interface LeaseRequest {
  /** Name of the asking service and this run of it. */
  readonly service: string
  readonly instance: string
  /** The holder's own address, for `revoke` (`unix:/…` or `http://…`). */
  readonly address: string
  readonly model: ModelId
  readonly engine: string
  readonly bytes: number
  readonly waitMs: number
}

export interface LeaseGrant {
  readonly leaseId: string
}

export interface RevokeAnswer {
  /** False: the engine is working and keeps its memory. */
  readonly released: boolean
}

/** One engine in memory, as its holder sees it. Times are ISO 8601 UTC. */
export interface LeaseReport {
  readonly leaseId: string
  readonly model: ModelId
  readonly engine: string
  readonly engineVersion: string
  /** Granted. */
  readonly bytes: number
  /** Measured; 0 until the engine is up. */
  readonly residentBytes: number
  readonly state: 'loading' | 'ready'
  readonly activeRequests: number
  readonly lastUsedAt: string
  /** When keep-alive will unload it; null: never. */
  readonly expiresAt: string | null
  readonly contextTokens: number
  readonly slots: number
  readonly processId: number
}

export interface HolderReport {
  readonly service: string
  readonly instance: string
  readonly address: string
  readonly leases: readonly LeaseReport[]
}

/** Reports older than this are dropped with their leases: the holder is gone. */
export const LEASE_REPORT_EXPIRES_MS = 20_000
/** How often a holder reports when nothing changes. */
export const LEASE_REPORT_EVERY_MS = 5_000

/** The ledger in short. */
export interface NodeMemory {
  /** What all engines may hold together. */
  readonly budgetBytes: number
  /** Once for each engine that holds memory, or was granted some. */
  readonly held: readonly { readonly model: ModelId; readonly bytes: number }[]
}

export const fetchMemory = (store: ServiceClient, signal?: AbortSignal): Promise<NodeMemory> =>
  store.call({ method: 'GET', path: LEASE_ROUTES.memory, ...(signal === undefined ? {} : { signal }) })

export const acquireLease = (
  store: ServiceClient,
  request: LeaseRequest,
  signal: AbortSignal,
): Promise<LeaseGrant> => store.call({ method: 'POST', path: LEASE_ROUTES.acquire, body: request, signal })

export const releaseLease = (store: ServiceClient, leaseId: string): Promise<unknown> =>
  store.call({ method: 'DELETE', path: LEASE_ROUTES.release.replace(':id', encodeURIComponent(leaseId)) })

export const reportLeases = (store: ServiceClient, report: HolderReport): Promise<unknown> =>
  store.call({ method: 'PUT', path: LEASE_ROUTES.report, body: report })

export const revokeLease = (
  holder: ServiceClient,
  leaseId: string,
  signal: AbortSignal,
): Promise<RevokeAnswer> =>
  holder.call({
    method: 'POST',
    path: LEASE_ROUTES.revoke.replace(':id', encodeURIComponent(leaseId)),
    signal,
  })
