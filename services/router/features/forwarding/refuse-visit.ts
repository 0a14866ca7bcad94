import { toFault } from '@shared/fault/to-fault.ts'
import { Fault } from '@shared/fault/fault.ts'
import { faultResponse } from '@shared/http/fault-response.ts'
import type { Log } from '@shared/log/create-log.ts'
import { DIALECT_FAULTS, dialectOfPath } from './dialect-faults.ts'
import { nameRequest } from './forwarded-headers.ts'
import { isBodyLeftUnread } from './request-body.ts'
import type { Visit } from './visit.ts'

/** Ends a visit that failed before there was a reply, in the words of its dialect. */
export const refuseVisit = (visit: Visit, thrown: unknown, request: Request, log: Log): Response => {
  const isGone = request.signal.aborted && !(thrown instanceof Fault)
  const fault = toFault(thrown)
  if (fault.code === 'internal' && !isGone) {
    log.error({ err: fault.cause, path: visit.path, requestId: visit.requestId }, 'unexpected failure')
  }
  const response = refusalOf(visit, fault)
  if (isBodyLeftUnread(request, fault)) response.headers.set('connection', 'close')
  if (!isGone) visit.status = response.status
  visit.end(isGone ? 'client-left' : 'answered')
  return response
}

const refusalOf = (visit: Visit, fault: Fault): Response => {
  const dialect = visit.route?.entry.dialect ?? dialectOfPath(visit.path)
  const response = faultResponse(fault, DIALECT_FAULTS[dialect].faultBody(fault, visit.requestId))
  nameRequest(response.headers, visit.requestId, dialect)
  if (typeof fault.details?.allow === 'string') response.headers.set('allow', fault.details.allow)
  return response
}
