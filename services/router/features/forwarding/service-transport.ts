import type { ServiceName } from '@shared/contracts/service-name.ts'

/** A request on its way to a service of this node. */
export interface OutboundRequest {
  readonly method: string
  /** As it is matched: no `.` or `..` segments. */
  readonly pathAndQuery: string
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>> | null
  readonly signal: AbortSignal
}

/** No connection to the service could be made: it has seen nothing of the request. */
export class ServiceUnreachable extends Error {
  constructor(
    readonly service: ServiceName,
    cause: unknown,
  ) {
    super(`The ${service} service cannot be reached`, { cause })
    this.name = 'ServiceUnreachable'
  }
}

/** Bytes to the services of this node and back. */
export interface ServiceTransport {
  /**
   * Resolves when the reply's head is there; its body streams, undecoded, and fails when the service goes away in the
   * middle of it. Aborting the signal ends both ways.
   * @throws ServiceUnreachable, or anything else when the service may have begun to work on the request
   */
  send(service: ServiceName, request: OutboundRequest): Promise<Response>
  /** Opens a WebSocket, or hands over the reply with which the service refused. @throws ServiceUnreachable */
  dial(service: ServiceName, request: WebSocketDial): Promise<DialledSocket | Response>
}

export interface WebSocketDial {
  readonly pathAndQuery: string
  readonly headers: Headers
  /** Subprotocols that the client offers, best first. */
  readonly protocols: readonly string[]
}

/** The end of a WebSocket, by its code and reason; 1006 when it broke. */
export interface SocketClose {
  readonly code: number
  readonly reason: string
}

/** An open WebSocket to a service. It is paused until `resume`, so that no message is lost before there is a listener. */
export interface DialledSocket {
  /** Subprotocol that the service chose, or ''. */
  readonly protocol: string
  /** Bytes that the service has not taken yet. */
  readonly bufferedBytes: number
  send(message: string | Uint8Array): void
  close(end: SocketClose): void
  pause(): void
  resume(): void
  onMessage: (message: string | Uint8Array) => void
  /** Called once, also after our own `close`. */
  onClose: (end: SocketClose) => void
}
