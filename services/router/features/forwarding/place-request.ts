import { Fault } from '@shared/fault/fault.ts'
import type { ModelCapability } from '@shared/inference/model-card.ts'
import { findModelName } from '../../policy/model-name-in-body.ts'
import { findWork } from '../../policy/work-in-body.ts'
import type { WorkInBody } from '../../policy/work-in-body.ts'
import { askedClass } from '../admission/call-terms.ts'
import type { CallTerms } from '../admission/call-terms.ts'
import type { Admission } from '../admission/admission.ts'
import { callerName } from '../access/caller.ts'
import type { Caller } from '../access/caller.ts'
import type { DoorKeeper } from '../access/door-keeper.ts'
import type { ChooseModel } from '../models/choose-model.ts'
import type { RouteMatch } from '../routing/route-table.ts'
import type { RequestBodies } from './request-body.ts'
import type { OutboundRequest } from './service-transport.ts'
import type { Visit } from './visit.ts'

/** Capabilities whose routes name a model in a JSON body. */
const NAMES_A_MODEL: Readonly<Record<ModelCapability, true>> = { chat: true, embed: true, rerank: true }

/** A request that may go to its service now. */
export interface PlacedRequest {
  readonly body: OutboundRequest['body']
  /** Fires when a body that streams turns out to be too long, or too slow. */
  readonly refused: AbortSignal | undefined
}

export interface PlacementPorts {
  readonly chooseModel: ChooseModel
  readonly admission: Pick<Admission, 'enter'>
  readonly keeper: Pick<DoorKeeper, 'admit'>
  readonly bodies: RequestBodies
  /** Unix milliseconds. */
  readonly now: () => number
}

export type PlaceRequest = (visit: Visit, route: RouteMatch, request: Request) => Promise<PlacedRequest>

/**
 * Finds out which model a request is for and waits for a slot of it, on whose account; the visit knows all that then.
 * @throws Fault for a body that is too large or names no model of this node, and what the queue throws
 */
export const createPlaceRequest =
  (ports: PlacementPorts): PlaceRequest =>
  async (visit, route, request) => {
    const { entry } = route
    const placed = namesModel(route, request)
      ? await readForModel(ports, visit, route, request)
      : passOn(ports.bodies, request, entry.bodyLimitBytes)
    const work = placed.body instanceof Uint8Array ? findWork(placed.body) : UNKNOWN_WORK
    visit.terms ??= termsOf(visit.caller, request.headers, work)
    if (entry.admission === 'none') return placed
    const { caller, requestClass, deadline } = visit.terms
    const ticket = await ports.admission.enter(
      {
        visitId: visit.visitId,
        requestId: visit.requestId,
        caller,
        requestClass,
        lane: visit.model ?? `${route.service} ${entry.capability}`,
        slots: route.slotsPerModel,
        size: { bodyBytes: bytesOf(placed, request), limitTokens: work.limitTokens },
        patienceMs: deadline === undefined ? undefined : deadline - ports.now(),
      },
      visit.signalOf(request),
    )
    visit.hold(() => ticket.release())
    visit.queuedMs = ticket.queuedMs
    return placed
  }

const UNKNOWN_WORK: WorkInBody = { limitTokens: undefined, hasTime: false }

/** The terms of a request from outside. */
const termsOf = (caller: Caller, headers: Headers, { hasTime }: WorkInBody): CallTerms => ({
  caller: callerName(caller),
  requestClass: askedClass(headers) ?? (hasTime ? 'batch' : 'interactive'),
  deadline: undefined,
})

/** Of a body that streams, what its client says of it. */
const bytesOf = ({ body }: PlacedRequest, { headers }: Request): number =>
  body instanceof Uint8Array ? body.length : Number(headers.get('content-length') ?? 0) || 0

const namesModel = ({ entry }: RouteMatch, { method, headers }: Request): boolean =>
  entry.capability in NAMES_A_MODEL &&
  entry.bodyLimitBytes > 0 &&
  method !== 'GET' &&
  method !== 'HEAD' &&
  headers.get('content-type')?.startsWith('multipart/') !== true

const readForModel = async (
  ports: PlacementPorts,
  visit: Visit,
  { entry }: RouteMatch,
  request: Request,
): Promise<PlacedRequest> => {
  const body = await ports.bodies.readWhole(visit, request, entry.bodyLimitBytes)
  // `namesModel` has looked it up in a table of exactly these names.
  const capability = entry.capability as ModelCapability
  const asked = boundModel(visit.caller) ?? modelNameIn(body)
  visit.model = await ports.chooseModel(asked, capability, entry.dialect)
  ports.keeper.admit(visit.caller, entry, { foreignOrigin: visit.page, model: visit.model })
  return { body, refused: undefined }
}

/** The model that answers whatever model this caller names. */
const boundModel = (caller: Caller): string | undefined =>
  caller.type === 'key' ? (caller.key.endpointId ?? undefined) : undefined

const modelNameIn = (body: Uint8Array): string | undefined => {
  const found = findModelName(body)
  if (found.type === 'malformed') throw new Fault('invalid_request', 'The request body is not valid JSON.')
  if (found.type === 'not-text') {
    throw new Fault('invalid_request', "Invalid 'model': a model is named by a string.", { param: 'model' })
  }
  return found.type === 'named' ? found.name : undefined
}

const passOn = (bodies: RequestBodies, request: Request, limitBytes: number): PlacedRequest => {
  // fetch refuses a body on these, and it has no meaning (RFC 9110, 9.3.1).
  if (request.method === 'GET' || request.method === 'HEAD') return { body: null, refused: undefined }
  const body = bodies.stream(request, limitBytes)
  return { body: body?.stream ?? null, refused: body?.refused }
}
