import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { DialledSocket, OutboundRequest, WebSocketDial } from '../forwarding/service-transport.ts'

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

/** The node went away, or went silent, after the request was on its way: it may have begun to work on it. */
export class PeerLost extends Error {
  constructor(
    readonly nodeId: NodeId,
    cause: unknown,
  ) {
    super('The node went away', { cause })
    this.name = 'PeerLost'
  }
}

/**
 * Bytes to the routers of other nodes and back: HTTPS to whoever holds the certificate that the node has announced, with
 * a short-lived proof of who we are. What is sent has been admitted here; the other router trusts our internal headers
 * and never places it again.
 */
export interface PeerTransport {
  /**
   * As `ServiceTransport.send`: resolves with the reply's head, its body streams undecoded, aborting ends both ways. When
   * the node is declared down before the head, it rejects at once; in the middle of the body, that fails with PeerLost.
   * @throws PeerUnreachable when the node has seen nothing of the request, or its door lets us not in (the cause is then a
   * Fault that says why); PeerLost when it may have begun to work on it; the reason of the signal
   */
  send(nodeId: NodeId, request: OutboundRequest): Promise<Response>
  /** Opens a WebSocket, or hands over the reply with which the node refused. @throws PeerUnreachable, PeerLost */
  dial(nodeId: NodeId, request: WebSocketDial): Promise<DialledSocket | Response>
}
