import type { ServiceName } from '@shared/contracts/service-name.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { RouteMatch } from '../routing/route-table.ts'
import type { Budget } from './budget.ts'
import { headersToService } from './forwarded-headers.ts'
import type { PlaceRequest } from './place-request.ts'
import type { PlacedRequest } from './placed-request.ts'
import { relayReply } from './relay-reply.ts'
import type { RequestTarget } from './request-target.ts'
import { ServiceUnreachable } from './service-transport.ts'
import type { OutboundRequest, ServiceTransport } from './service-transport.ts'
import type { ReaderPatience } from './unread-timer.ts'
import type { Visit } from './visit.ts'

/** Seconds after which a service that is restarting is worth another try. */
const SERVICE_RETRY_SECONDS = 2

export interface ForwardingPorts {
  readonly placeRequest: PlaceRequest
  readonly transport: Pick<ServiceTransport, 'send'>
  /** Requests that may be with services at the same time. */
  readonly connections: Budget
  readonly patience: ReaderPatience
  /** Told when a service could not be reached, so that it is looked at once. */
  readonly onUnreachable: (service: ServiceName) => void
}

/** A request that was found a route. */
export interface RoutedRequest {
  readonly visit: Visit
  readonly route: RouteMatch
  readonly request: Request
  readonly target: RequestTarget
  /** The client has named the node that is to answer. */
  readonly onlyNode?: NodeId
}

export type ForwardRequest = (routed: RoutedRequest) => Promise<Response>

/** Sends a request to its service and the reply back, byte for byte. @throws Fault when there is no reply */
export const createForwardRequest =
  (ports: ForwardingPorts): ForwardRequest =>
  async ({ visit, route, request, target }) => {
    const placed = await ports.placeRequest(visit, route, request)
    visit.hold(ports.connections.take(1))
    const outbound: OutboundRequest = {
      method: visit.method,
      pathAndQuery: target.pathAndQuery,
      headers: headersToService(request.headers, visit),
      body: placed.body,
      signal: signalOf(visit, request, placed),
    }
    try {
      const reply = await sendTwiceAtMost(ports, route.service, outbound)
      return await relayReply(visit, route, reply, { signal: outbound.signal, patience: ports.patience })
    } catch (error) {
      if (outbound.signal.aborted) throw outbound.signal.reason
      throw serviceFault(route.service, error)
    }
  }

/** Fires when the client leaves, or with the Fault that ends the visit or its body. */
export const signalOf = (visit: Visit, request: Request, { refused }: PlacedRequest): AbortSignal => {
  const signal = visit.signalOf(request)
  return refused === undefined ? signal : AbortSignal.any([signal, refused])
}

/**
 * A connection that could not be made is tried once more: the service may just have come back. After that moment nothing
 * is tried again, because an engine may have begun to work.
 */
export const sendTwiceAtMost = async (
  { transport, onUnreachable }: Pick<ForwardingPorts, 'transport' | 'onUnreachable'>,
  service: ServiceName,
  outbound: OutboundRequest,
): Promise<Response> => {
  try {
    return await transport.send(service, outbound)
  } catch (error) {
    if (!(error instanceof ServiceUnreachable)) throw error
    onUnreachable(service)
    // A stream may have been read from already.
    if (outbound.body instanceof ReadableStream) throw error
    return await transport.send(service, outbound)
  }
}

/** Why a service gave no reply, in the caller's words. */
export const serviceFault = (service: ServiceName, error: unknown): Fault => {
  if (error instanceof Fault) return error
  const message =
    error instanceof ServiceUnreachable
      ? `The ${service} service of this node is not running; it may be restarting. Try again in a moment.`
      : `The ${service} service of this node went away before it answered. Try again in a moment.`
  return new Fault('unavailable', message, { retryAfterSeconds: SERVICE_RETRY_SECONDS, cause: error })
}
