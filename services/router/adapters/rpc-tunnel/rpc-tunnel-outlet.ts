import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { RouterClock } from '../../features/admission/router-clock.ts'
import type { ClientSocket } from '../../features/forwarding/socket-tunnel.ts'
import type { ConnectRpcOutlet, RpcOutlet } from '../../features/sharding/rpc-tunnel.ts'
import { RpcTunnelBridge } from './rpc-tunnel-bridge.ts'

const POLICY_VIOLATION = 1008

/** Connects on loopback, before the WebSocket is accepted: so the other node learns at once when nobody is there. */
export const createConnectRpcOutlet =
  (clock: RouterClock): ConnectRpcOutlet =>
  async (port, onEnd) => {
    const tcp = connect({ host: '127.0.0.1', port })
    await new Promise<void>((resolve, reject) => {
      tcp.once('connect', resolve)
      tcp.once('error', reject)
    })
    tcp.pause()
    return new Outlet(tcp, clock, onEnd)
  }

class Outlet implements RpcOutlet {
  #bridge: RpcTunnelBridge | undefined
  #isOver = false

  constructor(
    private readonly tcp: Socket,
    private readonly clock: RouterClock,
    private readonly onEnd: () => void,
  ) {
    tcp.on('error', () => undefined)
    // Also when it ends before there is a WebSocket.
    tcp.on('close', () => this.#over())
  }

  open(client: ClientSocket): void {
    if (this.#isOver) return client.close(POLICY_VIOLATION, 'the worker has ended')
    const end = {
      // What was lost is lost with the connection: its end follows.
      send: (message: string | Uint8Array) => client.send(message) > 0,
      pause: () => client.pause(),
      resume: () => client.resume(),
      close: ({ code, reason }: { code: number; reason: string }) => client.close(code, reason),
    }
    this.#bridge = new RpcTunnelBridge(this.tcp, end, this.clock, () => this.#over())
  }

  message(_client: ClientSocket, message: string | Uint8Array): void {
    this.#bridge?.take(message)
  }

  drain(): void {
    this.#bridge?.hasRoom()
  }

  close(_client: ClientSocket, code: number, reason: string): void {
    this.#bridge?.closed({ code, reason })
    this.#over()
  }

  cut(reason: string): void {
    this.#bridge?.cut(reason)
    this.tcp.destroy()
    this.#over()
  }

  #over(): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#bridge === undefined) this.tcp.destroy()
    this.onEnd()
  }
}
