import type { ServiceAddress } from '@shared/contracts/service-address.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import { ServiceUnreachable } from '../features/forwarding/service-transport.ts'
import type {
  DialledSocket,
  OutboundRequest,
  ServiceTransport,
  WebSocketDial,
} from '../features/forwarding/service-transport.ts'
import { askWhyRefused } from './ask-why-refused.ts'
import { dialWebSocket } from './dial-web-socket.ts'

/** What the system says when nothing of a request has left yet. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'FailedToOpenSocket',
  'ConnectionRefused',
  'EAGAIN',
])

/** Speaks HTTP and WebSockets to the services of this node, over their Unix sockets or loopback ports. */
export const createSocketTransport = (
  addresses: ReadonlyMap<ServiceName, ServiceAddress>,
): ServiceTransport => {
  const send = async (service: ServiceName, request: OutboundRequest): Promise<Response> => {
    const address = addressOf(addresses, service)
    try {
      return await fetch(baseOf(address) + request.pathAndQuery, {
        method: request.method,
        headers: request.headers,
        body: request.body,
        signal: request.signal,
        redirect: 'manual',
        decompress: false,
        ...(address.type === 'unix' ? { unix: address.path } : {}),
      })
    } catch (error) {
      throw hasNeverConnected(error) ? new ServiceUnreachable(service, error) : error
    }
  }
  return {
    send,
    async dial(service, request) {
      const socket = await dialOrThrow(service, addressOf(addresses, service), request)
      if (socket !== undefined) return socket
      const reply = await askWhyRefused(request, (plain) => send(service, plain))
      if (reply !== undefined) return reply
      throw new ServiceUnreachable(service, new Error('The WebSocket was refused, then accepted'))
    },
  }
}

const dialOrThrow = async (
  service: ServiceName,
  address: ServiceAddress,
  request: WebSocketDial,
): Promise<DialledSocket | undefined> => {
  const url =
    address.type === 'unix'
      ? `ws+unix://${address.path}:${request.pathAndQuery}`
      : `${address.url.replace(/^http/, 'ws')}${request.pathAndQuery}`
  try {
    return await dialWebSocket(url, request)
  } catch (error) {
    throw new ServiceUnreachable(service, error)
  }
}

const addressOf = (
  addresses: ReadonlyMap<ServiceName, ServiceAddress>,
  service: ServiceName,
): ServiceAddress => {
  const address = addresses.get(service)
  if (address === undefined) throw new ServiceUnreachable(service, new Error('It has no address'))
  return address
}

const baseOf = (address: ServiceAddress): string =>
  address.type === 'unix' ? 'http://localhost' : address.url

const hasNeverConnected = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && NEVER_CONNECTED.has(String(error.code))
