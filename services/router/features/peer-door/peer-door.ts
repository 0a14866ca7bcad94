import { INTERNAL_HEADER, REQUEST_ID_HEADER } from '@shared/contracts/internal-header.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { saneRequestId } from '../../policy/request-id.ts'
import type { Caller } from '../access/caller.ts'
import type { KeyDesk } from '../access/key-desk.ts'
import { OpenVisits } from '../access/open-visits.ts'
import { internalTerms } from '../admission/call-terms.ts'
import type { CallTerms } from '../admission/call-terms.ts'
import type { RouteMatch } from '../routing/route-table.ts'
import { findRoute } from '../forwarding/find-route.ts'
import type { RouteSource } from '../forwarding/find-route.ts'
import type { ForwardRequest, RoutedRequest } from '../forwarding/forward-request.ts'
import type { UpgradesSockets } from '../forwarding/forward-web-socket.ts'
import { findPeerControl, PEER_CONTROL_PREFIX } from './peer-controls.ts'
import type { PeerControl } from './peer-controls.ts'
import { peerRefusal } from './peer-refusal.ts'
import { refuseVisit } from '../forwarding/refuse-visit.ts'
import { requestTarget } from '../forwarding/request-target.ts'
import type { RequestTarget } from '../forwarding/request-target.ts'
import { Visit } from '../forwarding/visit.ts'
import type { VisitObserver } from '../forwarding/visit.ts'

/** The server at which another node came in. */
export interface PeerServer extends UpgradesSockets {
  /** Lets a connection be quiet for as long as it likes, until the returned function is called. */
  letBeQuiet(request: Request): () => void
}

/** A member of the cluster at the door; who it is was proved. */
export interface PeerArrival {
  readonly nodeId: NodeId
  /** IP address. */
  readonly address: string
  readonly server: PeerServer
}

export interface PeerDoorPorts {
  readonly routes: RouteSource
  readonly controls: readonly PeerControl[]
  readonly keyDesk: Pick<KeyDesk, 'signInFromPeer'>
  /** Places by `createPlaceForPeer`: nothing that comes from another node is placed again. */
  readonly forwardRequest: ForwardRequest
  readonly forwardWebSocket: (server: UpgradesSockets) => ForwardRequest
  /** Answers the routes of the router itself, for this node alone. */
  readonly answerOwn: ForwardRequest
  readonly observer: VisitObserver
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
  readonly createId: () => string
  /** What people call a node. */
  readonly nameOf: (nodeId: NodeId) => string
  /** Clock of the other node minus ours, in milliseconds; undefined: not measured. */
  readonly clockSkewOf: (nodeId: NodeId) => number | undefined
  /** Told of each node that is no member any more. */
  readonly onNodeRemoved: (listener: (nodeId: NodeId) => void) => void
  /** This node finishes what it has and takes nothing new. */
  readonly isDraining: () => boolean
  readonly log: Log
}

export type PeerDoor = (request: Request, arrival: PeerArrival) => Promise<Response>

/** As the ids of `KeyRing` are: all other callers have no record that could be charged or revoked. */
const KEY_ID = /^key_[0-9a-f]{16}$/
/** Seconds after which another node is worth asking: at once, but not in a loop. */
const DRAINING_RETRY_SECONDS = 1

/**
 * What a request of another router becomes here. That router has let its client in and chosen this node, so:
 * 1. A control path is for this node itself.
 * 2. Its internal headers are believed: on whose account it is, its class, its deadline, its model, its visit.
 * 3. A node that drains takes nothing that another could take.
 * 4. It ends when its node is removed or its key is revoked, and is charged to that key, here.
 * 5. It is never placed again: it waits in this node's own queue, or the router itself answers it.
 */
export const createPeerDoor = (ports: PeerDoorPorts): PeerDoor => {
  const openVisits = new OpenVisits()
  ports.onNodeRemoved((nodeId) => openVisits.end(nodeId, peerRefusal({ reason: 'removed' })))
  return async (request, arrival) => {
    const target = requestTarget(request.url)
    const isControl = target.path.startsWith(PEER_CONTROL_PREFIX)
    const visit = visitOf(ports, request, target, isControl ? UNWATCHED : ports.observer)
    visit.peer = arrival.address
    visit.caller = callerOf(ports, arrival, 'none')
    try {
      if (isControl)
        return await findPeerControl(ports.controls, request, target.path).answer(request, arrival)
      visit.hold(arrival.server.letBeQuiet(request))
      const { close, cut } = openVisits.open(arrival.nodeId)
      visit.hold(close)
      visit.cut = cut
      return await answer(ports, arrival, { visit, request, target })
    } catch (thrown) {
      return refuseVisit(visit, thrown, request, ports.log)
    }
  }
}

/** Figures and lines of the log are about work for clients. */
const UNWATCHED: VisitObserver = { onFirstByte: () => undefined, onEnd: () => undefined }

const visitOf = (
  { createId, now }: PeerDoorPorts,
  { headers, method }: Request,
  { path }: RequestTarget,
  observer: VisitObserver,
): Visit => {
  // The same visit as at the other router: what engines tell of their work is told by it.
  const visitId = saneRequestId(headers.get(INTERNAL_HEADER.visit)) ?? createId()
  const requestId = saneRequestId(headers.get(REQUEST_ID_HEADER)) ?? visitId
  return new Visit({ visitId, requestId, method, path }, observer, now)
}

const callerOf = ({ nameOf }: PeerDoorPorts, { nodeId }: PeerArrival, caller: string): Caller => ({
  type: 'peer',
  nodeId,
  name: nameOf(nodeId),
  for: caller,
})

const answer = (
  ports: PeerDoorPorts,
  arrival: PeerArrival,
  { request, target, visit }: Omit<RoutedRequest, 'route'>,
): Promise<Response> => {
  const terms = internalTerms(request.headers)
  visit.terms = onOurClock(terms, ports.clockSkewOf(arrival.nodeId))
  visit.caller = callerOf(ports, arrival, terms.caller)
  const route = findRoute(ports.routes, request, target.path)
  visit.route = route
  if (route.entry.kind === 'placed' && ports.isDraining()) throw drainingFault()
  if (KEY_ID.test(terms.caller)) ports.keyDesk.signInFromPeer(visit, terms.caller, route.entry)
  return wayOnward(ports, route, arrival)({ visit, route, request, target })
}

const wayOnward = (
  { answerOwn, forwardRequest, forwardWebSocket }: PeerDoorPorts,
  { entry, service }: RouteMatch,
  { server }: PeerArrival,
): ForwardRequest => {
  if (service === 'router') return answerOwn
  return entry.method === 'WS' ? forwardWebSocket(server) : forwardRequest
}

/** The other router has written the deadline by its own clock, which may be minutes off. */
const onOurClock = ({ deadline, ...terms }: CallTerms, skewMs = 0): CallTerms => ({
  ...terms,
  deadline: deadline === undefined ? undefined : deadline - skewMs,
})

const drainingFault = (): Fault =>
  new Fault('unavailable', 'This node finishes what it has and takes nothing new. Another one may answer.', {
    retryAfterSeconds: DRAINING_RETRY_SECONDS,
  })
