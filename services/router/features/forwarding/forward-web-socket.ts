import { REQUEST_ID_HEADER } from '@shared/contracts/internal-header.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import { headersToDial } from './forwarded-headers.ts'
import { serviceFault } from './forward-request.ts'
import type { ForwardRequest, ForwardingPorts, RoutedRequest } from './forward-request.ts'
import { tellNode } from '../other-nodes/tell-node.ts'
import { relayReply } from './relay-reply.ts'
import type { DialledSocket, ServiceTransport } from './service-transport.ts'
import { SocketTunnel } from './socket-tunnel.ts'
import type { SocketEvents } from './socket-tunnel.ts'

/** The part of Bun's server that turns a request into a WebSocket; it hands `data` the events of the socket. */
export interface UpgradesSockets {
  upgrade(request: Request, options: { data: SocketEvents; headers: Headers }): boolean
}

export interface WebSocketPorts extends Pick<ForwardingPorts, 'onUnreachable' | 'patience'> {
  readonly transport: Pick<ServiceTransport, 'dial'>
  readonly clock: RouterClock
}

/**
 * Opens the WebSocket to the service first: so the client gets the service's own refusal, and the subprotocol that the
 * service chose.
 * @throws Fault when the service is not there, or the request is not a handshake
 */
export const createForwardWebSocket = (
  ports: WebSocketPorts,
  server: () => UpgradesSockets | null,
): ForwardRequest => {
  const joinSockets = createJoinSockets(ports, server)
  return async (routed) => joinSockets(routed, await dialService(ports, routed))
}

/** Joins a client's WebSocket with one that was dialled for it, or tells it the refusal. @throws Fault `invalid_request` */
export type JoinSockets = (routed: RoutedRequest, dialled: DialledSocket | Response) => Promise<Response>

export const createJoinSockets =
  (ports: Pick<WebSocketPorts, 'clock' | 'patience'>, server: () => UpgradesSockets | null): JoinSockets =>
  async ({ visit, route, request }, dialled) => {
    if (dialled instanceof Response) {
      return relayReply(visit, route, dialled, { signal: request.signal, patience: ports.patience })
    }
    const tunnel = new SocketTunnel(dialled, ports.clock, (wasCut) =>
      visit.end(wasCut ? 'cut-off' : 'answered'),
    )
    endWithKey(tunnel, visit.cut)
    const headers = new Headers({ [REQUEST_ID_HEADER]: visit.requestId })
    tellNode(headers, visit)
    if (dialled.protocol !== '') headers.set('sec-websocket-protocol', dialled.protocol)
    if (server()?.upgrade(request, { data: tunnel, headers }) !== true) {
      dialled.close({ code: 1001, reason: 'the client went away' })
      dialled.resume()
      throw new Fault('invalid_request', 'This is not the handshake of a WebSocket.')
    }
    visit.status = 101
    // Bun has answered already; Elysia wants a response all the same.
    return new Response(null)
  }

const endWithKey = (tunnel: SocketTunnel, cut: AbortSignal | undefined): void => {
  const end = (): void => tunnel.cut(cut?.reason instanceof Fault ? cut.reason.message : '')
  if (cut?.aborted) end()
  else cut?.addEventListener('abort', end, { once: true })
}

/** Subprotocols that a client offers, best first. */
export const offeredProtocols = ({ headers }: Request): readonly string[] =>
  (headers.get('sec-websocket-protocol') ?? '').split(',').flatMap((name) => name.trim() || [])

/** Opens the WebSocket to the service of this node. @throws Fault when it is not there */
export const dialService = async (
  { transport, onUnreachable }: Pick<WebSocketPorts, 'transport' | 'onUnreachable'>,
  { visit, route, request, target }: RoutedRequest,
): Promise<DialledSocket | Response> => {
  try {
    return await transport.dial(route.service, {
      pathAndQuery: target.pathAndQuery,
      headers: headersToDial(request.headers, visit),
      protocols: offeredProtocols(request),
    })
  } catch (error) {
    onUnreachable(route.service)
    throw serviceFault(route.service, error)
  }
}
