import { takeRequest } from '../../policy/request-rate.ts'
import type { RequestAllowance } from '../../policy/request-rate.ts'
import type { Visit, VisitObserver } from '../forwarding/visit.ts'
import { callerName } from './caller.ts'

/** One line of the audit log: who did what, and never with which secret or body. */
export interface AuditEntry {
  /** ISO 8601 UTC. */
  readonly time: string
  readonly requestId: string
  /** Id of the key; `local`: somebody on this machine; `none`: no key of this node. */
  readonly key: string
  readonly label: string | null
  /** Address of the other end of the connection; null when it is not known. */
  readonly peer: string | null
  readonly method: string
  /** Template of the route; `unknown` when there is none. */
  readonly route: string
  readonly status: number
  /** Refusals before this one that were too many to be written. */
  readonly unwritten?: number
}

export interface AuditTrailPorts {
  readonly write: (entry: AuditEntry) => void
  /** Unix milliseconds. */
  readonly now: () => number
}

/** Who tries keys fills the log no faster than this. */
const REFUSALS_PER_MINUTE = 60
const REFUSED_STATUS = [401, 403, 429]

/** Writes down every use of a route that changes the node, and every credential that was refused. */
export const createAuditTrail = ({ now, write }: AuditTrailPorts): Pick<VisitObserver, 'onEnd'> => {
  let allowance: RequestAllowance | undefined
  let unwritten = 0
  const mayWrite = (visit: Visit): boolean => {
    if (!REFUSED_STATUS.includes(visit.status)) return true
    const verdict = takeRequest(allowance, REFUSALS_PER_MINUTE, now())
    allowance = verdict.allowance
    return verdict.waitMs === 0
  }
  return {
    onEnd(visit) {
      if (!isWorthALine(visit)) return
      if (!mayWrite(visit)) {
        unwritten += 1
        return
      }
      write({ ...entryOf(visit, now()), ...(unwritten === 0 ? {} : { unwritten }) })
      unwritten = 0
    },
  }
}

const isWorthALine = ({ caller, route, status }: Visit): boolean => {
  const scope = route?.entry.scope
  if (scope === 'manage' || scope === 'admin') return true
  const hasCredential = caller.type === 'key' || (caller.type === 'stranger' && caller.hasCredential)
  return status === 401 && hasCredential
}

const entryOf = ({ caller, method, peer, requestId, route, status }: Visit, now: number): AuditEntry => ({
  time: new Date(now).toISOString(),
  requestId,
  key: callerName(caller),
  label: caller.type === 'key' ? caller.key.label : null,
  peer: peer ?? null,
  method,
  route: route?.entry.path ?? 'unknown',
  status,
})
