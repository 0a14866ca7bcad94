import type { Log } from '@shared/log/create-log.ts'
import type { VisitObserver } from './visit.ts'

/**
 * One line for each request, never with anything of its body: `info` for work of engines and for failures of ours,
 * `debug` for the rest, because probes and lists come every second.
 */
export const createVisitLog = (log: Log): Pick<VisitObserver, 'onEnd'> => ({
  onEnd(visit, outcome, sinceArrivalMs) {
    const { method, model, queuedMs, requestId, route, status } = visit
    const level = queuedMs !== undefined || status >= 500 ? 'info' : 'debug'
    if (!log.isLevelEnabled(level)) return
    const facts = {
      requestId,
      method,
      route: route?.entry.path ?? 'unknown',
      status,
      outcome,
      ms: Math.round(sinceArrivalMs * 10) / 10,
      ...(model === undefined ? {} : { model }),
      ...(queuedMs === undefined ? {} : { queueMs: Math.round(queuedMs) }),
    }
    log[level](facts, 'request')
  },
})
