import { REQUEST_ID_HEADER } from '@shared/contracts/internal-header.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import { saneRequestId } from '../../policy/request-id.ts'
import type { TrustedHosts } from '../../policy/trusted-host.ts'
import { foreignPageOf } from '../../policy/foreign-page.ts'
import { allowOrigin, isPreflight, preflightReply } from '../access/cross-origin.ts'
import type { DoorKeeper } from '../access/door-keeper.ts'
import type { KeyDesk } from '../access/key-desk.ts'
import type { ClientLimits } from './client-limits.ts'
import { findRoute } from './find-route.ts'
import type { RouteSource } from './find-route.ts'
import type { ForwardRequest } from './forward-request.ts'
import { nameRequest } from './forwarded-headers.ts'
import { refuseVisit } from './refuse-visit.ts'
import { tellNode } from '../other-nodes/tell-node.ts'
import { requestTarget } from './request-target.ts'
import type { RequestTarget } from './request-target.ts'
import { Visit } from './visit.ts'
import type { VisitObserver } from './visit.ts'

export interface FrontDoorPorts {
  readonly routes: RouteSource
  readonly hosts: TrustedHosts
  readonly keeper: DoorKeeper
  readonly keyDesk: Pick<KeyDesk, 'signIn'>
  readonly clients: ClientLimits
  /** Lets a connection be quiet for as long as it likes, until the returned function is called. */
  readonly letBeQuiet: (request: Request) => () => void
  /** Gets the answer of whichever node is to give it. */
  readonly answerByKind: ForwardRequest
  /** Name of this node. */
  readonly nodeName: string
  readonly observer: VisitObserver
  readonly now: () => number
  readonly createId: () => string
  readonly log: Log
}

/** @param peer address of the other end of the connection, or `OWNER_PEER`; undefined when it is not known */
export type FrontDoor = (request: Request, peer: string | undefined) => Promise<Response>

/** Every public request comes in here, and gets a reply with its request id, whatever happens. */
export const createFrontDoor = (ports: FrontDoorPorts): FrontDoor => {
  const answer = async (visit: Visit, request: Request, target: RequestTarget): Promise<Response> => {
    checkHost(ports.hosts, request)
    const { caller, page } = visit
    if (page !== undefined && isPreflight(request)) return answerPreflight(ports.keeper, visit, request, page)
    const route = findRoute(ports.routes, request, target.path)
    visit.route = route
    visit.hold(ports.clients.enter(visit.peer, route.entry.method === 'WS' ? 'socket' : 'request'))
    ports.keeper.admit(caller, route.entry, { foreignOrigin: page, model: undefined })
    if (caller.type === 'key') ports.keyDesk.signIn(visit, caller.key, route.entry)
    return ports.answerByKind({ visit, route, request, target })
  }
  return async (request, peer) => {
    const target = requestTarget(request.url)
    const visitId = ports.createId()
    const requestId = saneRequestId(request.headers.get(REQUEST_ID_HEADER)) ?? visitId
    const facts = { visitId, requestId, method: request.method, path: target.path }
    const visit = new Visit(facts, ports.observer, ports.now)
    visit.peer = peer
    visit.hold(ports.letBeQuiet(request))
    visit.caller = ports.keeper.identify(request.headers, peer)
    visit.page = foreignPageOf(request.headers, ports.hosts)
    const response = await answer(visit, request, target).catch((thrown: unknown) =>
      refuseVisit(visit, thrown, request, ports.log),
    )
    tellNode(response.headers, visit, ports.nodeName)
    const { page } = visit
    if (page !== undefined && ports.keeper.knowsOrigin(page)) allowOrigin(response.headers, page)
    return response
  }
}

/** @throws Fault `forbidden`: a page that had its own name rebound to this machine sends that name; `invalid_request`: none */
const checkHost = (hosts: TrustedHosts, { headers, url }: Request): void => {
  const host = headers.get('host') ?? (URL.canParse(url) ? new URL(url).host : '')
  if (host === '') throw new Fault('invalid_request', 'The request names no host. Send `Host: localhost`.')
  if (!hosts.isTrustedHost(host)) {
    throw new Fault(
      'forbidden',
      `This node does not answer to the name '${host.slice(0, 100)}'. Use localhost, or add the name to ROUTER_ALLOWED_HOSTS.`,
    )
  }
}

/** @throws Fault `forbidden` where no key is for pages of this origin */
const answerPreflight = (keeper: DoorKeeper, visit: Visit, request: Request, page: string): Response => {
  if (!keeper.knowsOrigin(page)) {
    throw new Fault('forbidden', 'No key of this node is for pages of this web site.')
  }
  const reply = preflightReply(request, page)
  nameRequest(reply.headers, visit.requestId, undefined)
  visit.status = reply.status
  visit.end('answered')
  return reply
}
