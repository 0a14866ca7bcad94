import { findWork } from '../../policy/work-in-body.ts'
import type { WorkInBody } from '../../policy/work-in-body.ts'
import { callerName } from '../access/caller.ts'
import type { Caller } from '../access/caller.ts'
import type { Admission } from '../admission/admission.ts'
import { askedClass } from '../admission/call-terms.ts'
import type { CallTerms } from '../admission/call-terms.ts'
import type { NodeModels } from '../models/node-models.ts'
import type { RouteMatch } from '../routing/route-table.ts'
import type { PlacedRequest } from './placed-request.ts'
import type { Visit } from './visit.ts'

export interface SlotPorts {
  readonly admission: Pick<Admission, 'enter'>
  /** Of this node. */
  readonly models: Pick<NodeModels, 'cards'>
  /** Unix milliseconds. */
  readonly now: () => number
}

/** A request whose body and model are known. */
export interface ReadyRequest {
  readonly route: RouteMatch
  readonly request: Request
  readonly placed: PlacedRequest
}

/**
 * Waits in the queue in front of the engines, where the route has one; the visit holds the slot.
 * @returns gives the slot back before the visit ends
 * @throws what the queue throws
 */
export const waitForSlot = async (
  { admission, models, now }: SlotPorts,
  visit: Visit,
  ready: ReadyRequest,
): Promise<() => void> => {
  const { placed, request, route } = ready
  const { entry } = route
  const { terms, work } = settleTerms(visit, ready)
  if (entry.admission === 'none') return () => undefined
  const { caller, requestClass, deadline } = terms
  const ticket = await admission.enter(
    {
      visitId: visit.visitId,
      requestId: visit.requestId,
      caller,
      requestClass,
      lane: visit.model ?? `${route.service} ${entry.capability}`,
      slots: models.cards?.find(({ id }) => id === visit.model)?.slots ?? route.slotsPerModel,
      size: { bodyBytes: bytesOf(placed, request), limitTokens: work.limitTokens },
      patienceMs: deadline === undefined ? undefined : deadline - now(),
    },
    visit.signalOf(request),
  )
  visit.hold(() => ticket.release())
  visit.queuedMs = ticket.queuedMs
  return () => ticket.release()
}

/** On whose account a request is, which the visit knows afterwards, and what its body says of the work. */
export const settleTerms = (
  visit: Visit,
  { placed, request }: Pick<ReadyRequest, 'placed' | 'request'>,
): { readonly terms: CallTerms; readonly work: WorkInBody } => {
  const work = placed.body instanceof Uint8Array ? findWork(placed.body) : UNKNOWN_WORK
  visit.terms ??= termsOf(visit.caller, request.headers, work)
  return { terms: visit.terms, work }
}

const UNKNOWN_WORK: WorkInBody = { limitTokens: undefined, hasTime: false }

/** The terms of a request from outside. */
const termsOf = (caller: Caller, headers: Headers, { hasTime }: WorkInBody): CallTerms => ({
  caller: callerName(caller),
  requestClass: askedClass(headers) ?? (hasTime ? 'batch' : 'interactive'),
  deadline: undefined,
})

/** Of a body that streams, what its client says of it. */
export const bytesOf = ({ body }: PlacedRequest, { headers }: Request): number =>
  body instanceof Uint8Array ? body.length : Number(headers.get('content-length') ?? 0) || 0
