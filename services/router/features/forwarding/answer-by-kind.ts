import type { RouteKind } from '@shared/contracts/route-manifest.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ClusterNode, ClusterView } from '../cluster/cluster-view.ts'
import type { ForwardNamed } from '../other-nodes/forward-named.ts'
import type { ForwardRequest, RoutedRequest } from './forward-request.ts'
import { namedNode, nodeParameter } from '../other-nodes/named-node.ts'

/** Ways to an answer of this node alone. */
export interface WaysHere {
  readonly forwardRequest: ForwardRequest
  readonly forwardWebSocket: ForwardRequest
  /** Answers the routes of the router itself. */
  readonly answerOwn: ForwardRequest
}

/** Ways that may lead to other nodes. */
export interface WaysElsewhere {
  readonly placed: ForwardRequest
  readonly placedSocket: ForwardRequest
  readonly owned: ForwardRequest
  readonly gathered: ForwardRequest
  readonly named: ForwardNamed
}

/** This node's service, its WebSocket, or the router itself. */
export const createAnswerHere =
  ({ answerOwn, forwardRequest, forwardWebSocket }: WaysHere): ForwardRequest =>
  (routed) => {
    const { entry, service } = routed.route
    if (service === 'router') return answerOwn(routed)
    return entry.method === 'WS' ? forwardWebSocket(routed) : forwardRequest(routed)
  }

export interface AnswerByKindPorts {
  readonly view: ClusterView
  readonly here: ForwardRequest
  /** Undefined: there never is another node. */
  readonly elsewhere?: WaysElsewhere
}

/** Lets the node answer that the kind of the route says. A node that is alone goes the short way. */
export const createAnswerByKind = ({ elsewhere, here, view }: AnswerByKindPorts): ForwardRequest => {
  const ways = elsewhere === undefined ? undefined : waysOf(here, elsewhere)
  return async (routed) => {
    const { kind } = routed.route.entry
    const others = view.nodes.length === 1 ? undefined : elsewhere
    // A node that is alone passes on what it has no use for.
    const isHeard = others !== undefined || kind === 'local' || kind === 'gathered'
    const named = isHeard ? nodeParameter(routed.target) : undefined
    if (named !== undefined) {
      const asked = { ...routed, target: named.target }
      checkMayName(routed)
      const node = namedNode(view, named.asked)
      return others === undefined ? here(asked) : askNamed(here, others, asked, node)
    }
    return ways === undefined || others === undefined ? here(routed) : ways[kind](routed)
  }
}

/** Lets the node answer that the client has named, and no other. */
const askNamed = (
  here: ForwardRequest,
  elsewhere: WaysElsewhere,
  routed: RoutedRequest,
  node: ClusterNode,
): Promise<Response> => {
  const { kind, method } = routed.route.entry
  // What a body names is found among all models first, so that it has one name on all nodes.
  if (kind === 'placed' && method !== 'WS') return elsewhere.placed({ ...routed, onlyNode: node.nodeId })
  return node.isSelf ? here(routed) : elsewhere.named(routed, node)
}

const waysOf = (here: ForwardRequest, elsewhere: WaysElsewhere) =>
  ({
    placed: (routed) =>
      routed.route.entry.method === 'WS' ? elsewhere.placedSocket(routed) : elsewhere.placed(routed),
    owned: (routed) => (routed.route.entry.method === 'WS' ? here(routed) : elsewhere.owned(routed)),
    gathered: elsewhere.gathered,
    local: here,
  }) satisfies Record<RouteKind, ForwardRequest>

/** @throws Fault `unauthorized`: routes without a key are about this node alone, and strangers learn no names of others */
const checkMayName = ({ visit: { caller } }: RoutedRequest): void => {
  if (caller.type === 'stranger')
    throw new Fault('unauthorized', "To name a node with '?node=' needs an API key of this one.")
}
