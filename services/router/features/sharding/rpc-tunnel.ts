import type { DialledSocket } from '../forwarding/service-transport.ts'
import type { SocketEvents } from '../forwarding/socket-tunnel.ts'

/**
 * The near end of a tunnel to the RPC worker of another node: a port on loopback, for the engine that has the model open.
 * Every connection to it is carried over a WebSocket of its own.
 */
export interface RpcInlet {
  /** `127.0.0.1:40001` */
  readonly endpoint: string
  /** Resolves, never rejects, with the reason, when a connection broke at its far end. */
  readonly broken: Promise<string>
  /** Nobody listens there any more, and what was connected is cut. Idempotent. */
  close(): void
}

/** @param dial opens the WebSocket, for each connection anew */
export type OpenRpcInlet = (dial: () => Promise<DialledSocket>) => Promise<RpcInlet>

/** The far end: one WebSocket of another node, piped to the worker. The methods are those that Bun's server calls. */
export interface RpcOutlet extends SocketEvents {
  /** Ends both sides. */
  cut(reason: string): void
}

/**
 * Connects to the worker on its port.
 * @param onEnd called once, when the connection is over
 * @throws whatever the system says when nobody listens there
 */
export type ConnectRpcOutlet = (port: number, onEnd: () => void) => Promise<RpcOutlet>
