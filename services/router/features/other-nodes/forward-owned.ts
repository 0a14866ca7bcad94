import { NODES_MISSING_HEADER } from '@shared/contracts/internal-header.ts'
import { Fault } from '@shared/fault/fault.ts'
import { headerText } from '../../policy/header-text.ts'
import { resourcePath } from '../../policy/resource-path.ts'
import type { ClusterNode, ClusterView } from '../cluster/cluster-view.ts'
import type { AskNode, NodeReply } from './ask-node.ts'
import type { Budget } from '../forwarding/budget.ts'
import { hasIt } from './find-owner.ts'
import type { Found, OwnerFinder } from './find-owner.ts'
import type { ForwardRequest, RoutedRequest } from '../forwarding/forward-request.ts'
import { PeerUnreachable } from './peer-transport.ts'
import type { PlacedRequest } from '../forwarding/placed-request.ts'
import { relayReply } from '../forwarding/relay-reply.ts'
import type { RequestBodies } from '../forwarding/request-body.ts'
import type { ReaderPatience } from '../forwarding/unread-timer.ts'

export interface ForwardOwnedPorts {
  readonly view: ClusterView
  readonly owners: OwnerFinder
  readonly askNode: AskNode
  readonly bodies: Pick<RequestBodies, 'readWhole'>
  readonly connections: Budget
  readonly patience: ReaderPatience
}

/**
 * Lets the node answer that has what the path names: this one, else
 * 1. to read it: the first of the others that has it,
 * 2. to change it, where it can be read: the one that has it,
 * 3. else one after the other, for a 404 changes nothing.
 */
export const createForwardOwned =
  (ports: ForwardOwnedPorts): ForwardRequest =>
  async (routed) => {
    const { visit } = routed
    const placed = await readBody(ports, routed)
    visit.hold(ports.connections.take(1))
    const own = await askSelf(ports, routed, placed)
    if (own instanceof Fault || !hasIt(own)) {
      const found = await findElsewhere(ports, routed, placed)
      if (found !== undefined) {
        if (!(own instanceof Fault)) own.discard()
        return relay(ports, routed, found.reply, found.node)
      }
    }
    if (own instanceof Fault) throw own
    const reply = await relay(ports, routed, own, ports.view.self)
    const missing = ports.view.nodes.filter(({ link }) => link === 'down').map(({ name }) => name)
    if (reply.status === 404 && missing.length > 0)
      reply.headers.set(NODES_MISSING_HEADER, headerText(missing.join(', ')))
    return reply
  }

const readBody = async (
  { bodies }: ForwardOwnedPorts,
  { request, route, visit }: RoutedRequest,
): Promise<PlacedRequest> => ({
  body: isReading(visit.method) ? null : await bodies.readWhole(visit, request, route.entry.bodyLimitBytes),
  refused: undefined,
})

const isReading = (method: string): boolean => method === 'GET' || method === 'HEAD'

/** A service of this node that is down has nothing, but says so when nobody else has it either. */
const askSelf = (
  { askNode, view }: ForwardOwnedPorts,
  routed: RoutedRequest,
  placed: PlacedRequest,
): Promise<NodeReply | Fault> =>
  askNode(view.self, { routed, placed }).catch((error: unknown) => {
    if (error instanceof Fault && error.code === 'unavailable') return error
    throw error
  })

const findElsewhere = async (
  ports: ForwardOwnedPorts,
  routed: RoutedRequest,
  placed: PlacedRequest,
): Promise<Found | undefined> => {
  const { askNode, owners, view } = ports
  const { route, target, visit } = routed
  const path = resourcePath(route.entry.path, target.path)
  if (isReading(visit.method)) {
    const key = path ?? target.path
    return owners.findElsewhere(key, (node, signal) => askNode(node, { routed, placed, signal }))
  }
  const owner = path === undefined ? undefined : await owners.ownerOf(routed, path, false)
  const node = owner === undefined ? undefined : view.find(owner)
  if (node !== undefined) return { node, reply: await askNode(node, { routed, placed }) }
  return oneAfterTheOther(ports, owners.others(target.path), { routed, placed })
}

const oneAfterTheOther = async (
  { askNode }: ForwardOwnedPorts,
  nodes: readonly ClusterNode[],
  question: { readonly routed: RoutedRequest; readonly placed: PlacedRequest },
): Promise<Found | undefined> => {
  for (const node of nodes) {
    const reply = await askNode(node, question).catch((error: unknown) => {
      // Anything else may have changed something there.
      if (error instanceof Fault && error.cause instanceof PeerUnreachable) return undefined
      throw error
    })
    if (reply !== undefined && hasIt(reply)) return { node, reply }
    reply?.discard()
  }
  return undefined
}

const relay = (
  { patience }: ForwardOwnedPorts,
  { route, visit }: RoutedRequest,
  { response, signal }: NodeReply,
  { isSelf, name }: ClusterNode,
): Promise<Response> => {
  visit.node = name
  return relayReply(visit, route, response, { signal, patience, ...(isSelf ? {} : { from: name }) })
}
