import type { Log } from '@shared/log/create-log.ts'
import type { VisitObserver } from './visit.ts'

/**
 * One line for each request, never with anything of its body: `info` for work of engines and for failures of ours,
 * `debug` for the rest, because probes and lists come every second.
 */
export const createVisitLog = (log: Log): Pick<VisitObserver, 'onEnd'> => {
  // There is no header in these lines that would have to be hidden; looking for some takes as long as the writing.
  const plainLog = log.child({}, { redact: [] })
  const onEnd: VisitObserver['onEnd'] = (visit, outcome, sinceArrivalMs) => {
    const { method, model, queuedMs, requestId, route, status } = visit
    const level = queuedMs !== undefined || status >= 500 ? 'info' : 'debug'
    if (!plainLog.isLevelEnabled(level)) return
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
    plainLog[level](facts, 'request')
  }
  return { onEnd }
}
