import type { ToolpiperRuntime } from '@shared/dialects/toolpiper/toolpiper-models.ts'
import { countedBytes } from '../../policy/memory-ledger.ts'
import type { HeldLease, LeaseDesk } from '../leases/lease-desk.ts'

const UNLOADED: ToolpiperRuntime = {
  state: 'unloaded',
  engine: null,
  memoryBytes: 0,
  activeRequests: 0,
  contextTokens: null,
  processId: null,
  lastUsedAt: null,
  expiresAt: null,
}

/** How every model that is in memory is doing, by its id; all engines of a model taken together. */
export const modelRuntimes = (desk: LeaseDesk): ReadonlyMap<string, ToolpiperRuntime> =>
  new Map(
    [...Map.groupBy(desk.held(), ({ lease }) => lease.model)].map(([model, held]) => [
      model,
      runtimeOf(held),
    ]),
  )

export const runtimeOf = (held: readonly HeldLease[]): ToolpiperRuntime => {
  const [first] = held
  if (first === undefined) return UNLOADED
  const reports = held.flatMap(({ report }) => (report === undefined ? [] : [report]))
  const activeRequests = reports.reduce((total, report) => total + report.activeRequests, 0)
  const up = reports.find((report) => report.state === 'ready')
  const readyState = activeRequests > 0 ? 'busy' : 'ready'
  return {
    state: up !== undefined ? readyState : 'loading',
    engine: first.lease.engine,
    memoryBytes: held.reduce((total, { lease }) => total + countedBytes(lease), 0),
    activeRequests,
    contextTokens: up?.contextTokens ?? null,
    processId: up?.processId ?? null,
    lastUsedAt: latest(reports.map((report) => report.lastUsedAt)),
    expiresAt: latest(reports.map((report) => report.expiresAt)),
  }
}

/** Null when one of them is: it stays for ever. */
const latest = (times: readonly (string | null)[]): string | null => {
  const known = times.filter((time) => time !== null)
  return known.length < times.length ? null : (known.toSorted().at(-1) ?? null)
}
