import { REQUEST_ID_HEADER } from '@shared/contracts/internal-header.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import { headersToDial } from './forwarded-headers.ts'
import { serviceFault } from './forward-request.ts'
import type { ForwardRequest, ForwardingPorts } from './forward-request.ts'
import { relayReply } from './relay-reply.ts'
import type { DialledSocket, ServiceTransport } from './service-transport.ts'
import { SocketTunnel } from './socket-tunnel.ts'

/** The part of Bun's server that turns a request into a WebSocket; it hands `data` the events of the socket. */
export interface UpgradesSockets {
  upgrade(request: Request, options: { data: SocketTunnel; headers: Headers }): boolean
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
export const createForwardWebSocket =
  (ports: WebSocketPorts, server: () => UpgradesSockets | null): ForwardRequest =>
  async (routed) => {
    const { visit, route, request } = routed
    const dialled = await dial(ports, routed)
    if (dialled instanceof Response) {
      return relayReply(visit, route, dialled, { signal: request.signal, patience: ports.patience })
    }
    const tunnel = new SocketTunnel(dialled, ports.clock, (wasCut) =>
      visit.end(wasCut ? 'cut-off' : 'answered'),
    )
    endWithKey(tunnel, visit.cut)
    const headers = new Headers({ [REQUEST_ID_HEADER]: visit.requestId })
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

const dial = async (
  { transport, onUnreachable }: WebSocketPorts,
  { visit, route, request, target }: Parameters<ForwardRequest>[0],
): Promise<DialledSocket | Response> => {
  const offered = request.headers.get('sec-websocket-protocol') ?? ''
  try {
    return await transport.dial(route.service, {
      pathAndQuery: target.pathAndQuery,
      headers: headersToDial(request.headers, visit),
      protocols: offered.split(',').flatMap((name) => name.trim() || []),
    })
  } catch (error) {
    onUnreachable(route.service)
    throw serviceFault(route.service, error)
  }
}
