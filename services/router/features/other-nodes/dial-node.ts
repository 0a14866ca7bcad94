import type { ClusterNode } from '../cluster/cluster-view.ts'
import { peerFault } from './ask-node.ts'
import type { RoutedRequest } from '../forwarding/forward-request.ts'
import { dialService, offeredProtocols } from '../forwarding/forward-web-socket.ts'
import type { WebSocketPorts } from '../forwarding/forward-web-socket.ts'
import { headersToPeerDial } from '../forwarding/forwarded-headers.ts'
import type { PeerTransport } from './peer-transport.ts'
import type { DialledSocket } from '../forwarding/service-transport.ts'
import { settleTerms } from '../forwarding/wait-for-slot.ts'

/** Opens a WebSocket to this node's service or to another node, or hands over the refusal. @throws Fault */
export type DialNode = (
  node: Pick<ClusterNode, 'nodeId' | 'name' | 'isSelf'>,
  routed: RoutedRequest,
) => Promise<DialledSocket | Response>

export interface DialNodePorts extends Pick<WebSocketPorts, 'transport' | 'onUnreachable'> {
  readonly peers: Pick<PeerTransport, 'dial'>
}

/** The key of a client stands among its protocols, where pages can set no header. */
const KEY_PROTOCOL = /^openai-insecure-api-key\./

export const createDialNode =
  (ports: DialNodePorts): DialNode =>
  async (node, routed) => {
    if (node.isSelf) return dialService(ports, routed)
    const { request, target, visit } = routed
    settleTerms(visit, { placed: { body: null, refused: undefined }, request })
    try {
      return await ports.peers.dial(node.nodeId, {
        pathAndQuery: target.pathAndQuery,
        headers: headersToPeerDial(request.headers, visit),
        protocols: offeredProtocols(request).filter((protocol) => !KEY_PROTOCOL.test(protocol)),
      })
    } catch (error) {
      throw peerFault(node.name, error)
    }
  }
