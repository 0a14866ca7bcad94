import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { DialledSocket, OutboundRequest, WebSocketDial } from './service-transport.ts'

/** No connection to the node could be made: it has seen nothing of the request. */
export class PeerUnreachable extends Error {
  constructor(
    readonly nodeId: NodeId,
    cause: unknown,
  ) {
    super('The node cannot be reached', { cause })
    this.name = 'PeerUnreachable'
  }
}

/**
 * Bytes to the routers of other nodes and back: HTTPS to whoever holds the certificate that the node has announced, with
 * a short-lived proof of who we are. What is sent has been admitted here; the other router trusts our internal headers
 * and never places it again.
 */
export interface PeerTransport {
  /**
   * As `ServiceTransport.send`: resolves with the reply's head, its body streams undecoded, aborting ends both ways.
   * @throws PeerUnreachable, or anything else when the node may have begun to work on the request
   */
  send(nodeId: NodeId, request: OutboundRequest): Promise<Response>
  /** Opens a WebSocket, or hands over the reply with which the node refused. @throws PeerUnreachable */
  dial(nodeId: NodeId, request: WebSocketDial): Promise<DialledSocket | Response>
}
