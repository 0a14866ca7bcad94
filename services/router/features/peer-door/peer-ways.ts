import type { ServiceName } from '@shared/contracts/service-name.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { PrefixChain } from '../../policy/placement/prefix-chain.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { KeyDesk } from '../access/key-desk.ts'
import type { Admission } from '../admission/admission.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { ClusterView } from '../cluster/cluster-view.ts'
import type { NodeModels } from '../models/node-models.ts'
import type { ServiceDirectory } from '../routing/service-directory.ts'
import { createAnswerOwnRoute } from '../forwarding/answer-own-route.ts'
import type { Budget } from '../forwarding/budget.ts'
import { createForwardRequest } from '../forwarding/forward-request.ts'
import { createForwardWebSocket } from '../forwarding/forward-web-socket.ts'
import type { PeerControl } from './peer-controls.ts'
import { createPeerDoor } from './peer-door.ts'
import type { PeerDoor } from './peer-door.ts'
import type { PrefixOf } from '../other-nodes/placed-wish.ts'
import { createPlaceForPeer } from './place-for-peer.ts'
import type { RequestBodies } from '../forwarding/request-body.ts'
import type { ServiceTransport } from '../forwarding/service-transport.ts'
import type { VisitObserver } from '../forwarding/visit.ts'

/** What this node has for other nodes at its door. */
export interface PeerSide {
  readonly view: ClusterView
  readonly controls: readonly PeerControl[]
  readonly isDraining: () => boolean
  /** Told of each node that is no member any more. */
  readonly onNodeRemoved: (listener: (nodeId: NodeId) => void) => void
  /** A model of this node has the beginning of this prompt in its cache from now on. */
  readonly onWorked: (model: ModelId, prefix: PrefixChain) => void
}

export interface PeerWaysPorts {
  readonly transport: ServiceTransport
  readonly models: NodeModels
  readonly settings: { readonly unreadMs: number }
  readonly clock: RouterClock
  /** Unix milliseconds. */
  readonly now: () => number
  readonly createId: () => string
  readonly log: Log
}

export interface PeerWaysParts {
  readonly admission: Admission
  readonly bodies: RequestBodies
  readonly directory: ServiceDirectory
  readonly keyDesk: KeyDesk
  /** Requests that may be with services and other nodes at the same time, from whichever door. */
  readonly connections: Budget
  /** The routes of the router itself. */
  readonly handleOwn: (request: Request) => Promise<Response>
  readonly observer: VisitObserver
  readonly prefixOf: PrefixOf
}

/** Joins all that a request of another node may come to here. */
export const createPeerWays = (ports: PeerWaysPorts, parts: PeerWaysParts, side: PeerSide): PeerDoor => {
  const { clock, settings, transport } = ports
  const { bodies, directory, handleOwn } = parts
  const onward = {
    transport,
    clock,
    patience: { clock, unreadMs: settings.unreadMs },
    connections: parts.connections,
    onUnreachable: (service: ServiceName): void => void directory.refresh(service),
  }
  const placeRequest = createPlaceForPeer({ ...ports, ...parts, ...side, prefixOf: parts.prefixOf })
  return createPeerDoor({
    ...ports,
    ...parts,
    ...side,
    routes: directory,
    forwardRequest: createForwardRequest({ ...onward, placeRequest }),
    forwardWebSocket: (server) => createForwardWebSocket(onward, () => server),
    answerOwn: createAnswerOwnRoute(bodies, handleOwn),
    now: () => clock.now(),
    nameOf: (nodeId) => side.view.find(nodeId)?.name ?? nodeId,
    clockSkewOf: (nodeId) => side.view.find(nodeId)?.clockSkewMs,
  })
}
