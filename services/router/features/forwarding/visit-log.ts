import type { Log } from '@shared/log/create-log.ts'
import { callerName } from '../access/caller.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { VisitTotals, VisitUsage } from '../usage/visit-usage.ts'
import { DelayedCalls } from './delayed-calls.ts'
import type { Visit, VisitObserver, VisitOutcome } from './visit.ts'

/** How long a line waits for what the engines used: that comes beside the reply, not with it. */
const USAGE_WAIT_MS = 200
const WEB_SOCKET_STATUS = 101

export interface VisitLogPorts {
  readonly log: Log
  readonly usage: VisitUsage
  readonly clock: RouterClock
  /** Name of this node. */
  readonly node: string
}

export interface VisitLog extends VisitObserver {
  /** Writes what still waits: the process ends. */
  flush(): void
}

/**
 * One line for each request, never with a secret or anything of its body: `info` for work of engines and for failures of
 * ours, `debug` for the rest, because probes and lists come every second.
 */
export const createVisitLog = ({ clock, log, node, usage }: VisitLogPorts): VisitLog => {
  // There is no header in these lines that would have to be hidden; looking for some takes as long as the writing.
  const plainLog = log.child({}, { redact: [] })
  const firstBytes = new WeakMap<Visit, number>()
  const late = new DelayedCalls(clock, USAGE_WAIT_MS)
  return {
    onFirstByte: (visit, sinceArrivalMs) => void firstBytes.set(visit, sinceArrivalMs),
    onEnd(visit, outcome, sinceArrivalMs) {
      const isWork = askedEngines(visit)
      const level = isWork || visit.status >= 500 ? 'info' : 'debug'
      if (!plainLog.isLevelEnabled(level)) return
      const times = { ms: sinceArrivalMs, firstByteMs: firstBytes.get(visit) }
      const write = (): void => {
        const used = isWork ? usage.take(visit.visitId) : undefined
        plainLog[level]({ ...factsOf(visit, outcome), node, ...timesOf(times), ...usedOf(used) }, 'request')
      }
      if (isWork) late.add(write)
      else write()
    },
    flush: () => late.flush(),
  }
}

/** Had a slot of an engine, here or on the node that it was sent to, or a socket through which it can ask for one. */
const askedEngines = ({ queuedMs, route, status, tries }: Visit): boolean =>
  queuedMs !== undefined || status === WEB_SOCKET_STATUS || (tries > 0 && route?.entry.admission === 'engine')

const factsOf = (visit: Visit, outcome: VisitOutcome) => {
  const { caller, method, model, requestId, route, status, terms } = visit
  return {
    requestId,
    key: callerName(caller),
    ...(caller.type === 'key' ? { keyLabel: caller.key.label } : {}),
    ...(caller.type === 'peer' ? { sentBy: caller.name } : {}),
    method,
    route: route?.entry.path ?? 'unknown',
    status,
    outcome,
    ...(model === undefined ? {} : { model }),
    ...(terms === undefined ? {} : { class: terms.requestClass }),
    ...(visit.queuedMs === undefined ? {} : { queueMs: Math.round(visit.queuedMs) }),
    ...(visit.node === undefined ? {} : { answeredBy: visit.node, tries: visit.tries }),
  }
}

const timesOf = ({ firstByteMs, ms }: { readonly ms: number; readonly firstByteMs: number | undefined }) => ({
  ms: tenths(ms),
  ...(firstByteMs === undefined ? {} : { firstByteMs: tenths(firstByteMs) }),
})

const usedOf = (used: VisitTotals | undefined) => {
  if (used === undefined) return {}
  const { cachedTokens, completionTokens, firstTokenMs, promptTokens } = used
  return {
    promptTokens,
    cachedTokens,
    completionTokens,
    ...(firstTokenMs === null ? {} : { firstTokenMs: tenths(firstTokenMs) }),
  }
}

const tenths = (ms: number): number => Math.round(ms * 10) / 10
