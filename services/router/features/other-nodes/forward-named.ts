import type { ClusterNode } from '../cluster/cluster-view.ts'
import type { AskNode } from './ask-node.ts'
import type { Budget } from '../forwarding/budget.ts'
import type { DialNode } from './dial-node.ts'
import type { RoutedRequest } from '../forwarding/forward-request.ts'
import type { JoinSockets } from '../forwarding/forward-web-socket.ts'
import { passBodyOn } from '../forwarding/placed-request.ts'
import { relayReply } from '../forwarding/relay-reply.ts'
import type { RequestBodies } from '../forwarding/request-body.ts'
import type { ReaderPatience } from '../forwarding/unread-timer.ts'

export interface ForwardNamedPorts {
  readonly askNode: AskNode
  readonly dialNode: DialNode
  readonly joinSockets: JoinSockets
  readonly bodies: RequestBodies
  readonly connections: Budget
  readonly patience: ReaderPatience
}

/** Lets another node answer because the client has named it. Nothing is tried again: it is that one or none. */
export type ForwardNamed = (routed: RoutedRequest, node: ClusterNode) => Promise<Response>

export const createForwardNamed =
  (ports: ForwardNamedPorts): ForwardNamed =>
  async (routed, node) => {
    const { request, route, visit } = routed
    visit.node = node.name
    visit.tries = 1
    if (route.entry.method === 'WS') return ports.joinSockets(routed, await ports.dialNode(node, routed))
    const placed = passBodyOn(ports.bodies, request, route.entry.bodyLimitBytes)
    visit.hold(ports.connections.take(1))
    const { response, signal } = await ports.askNode(node, { routed, placed })
    return relayReply(visit, route, response, { signal, patience: ports.patience, from: node.name })
  }
