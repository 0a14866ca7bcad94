import { dialWebSocket } from '@service/router/adapters/dial-web-socket.ts'
import { createOpenRpcInlet } from '@service/router/adapters/rpc-tunnel/rpc-tunnel-inlet.ts'
import { createConnectRpcOutlet } from '@service/router/adapters/rpc-tunnel/rpc-tunnel-outlet.ts'
import type { RouterClock } from '@service/router/features/admission/router-clock.ts'
import type { DialledSocket } from '@service/router/features/forwarding/service-transport.ts'
import type { RpcInlet, RpcOutlet } from '@service/router/features/sharding/rpc-tunnel.ts'

export interface TestTunnel {
  readonly inlet: RpcInlet
  /** WebSockets that are open at the far end. */
  openCount(): number
  /** What the near end has got: messages of bytes, their bytes, and signs of life. */
  readonly counts: { received: number; receivedBytes: number; signs: number }
  cutFarEnd(): void
  stop(): Promise<void>
}

/** Both ends of a tunnel, with a real WebSocket between them, to a worker on `port`. */
export const startTestTunnel = async (port: () => number, clock: RouterClock): Promise<TestTunnel> => {
  const connect = createConnectRpcOutlet(clock)
  const outlets = new Set<RpcOutlet>()
  const counts = { received: 0, receivedBytes: 0, signs: 0 }
  const server = Bun.serve<RpcOutlet>({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request, own) {
      const ended = Promise.withResolvers<void>()
      const outlet = await connect(port(), ended.resolve).catch(() => undefined)
      if (outlet === undefined) return new Response(null, { status: 503 })
      outlets.add(outlet)
      void ended.promise.then(() => outlets.delete(outlet))
      own.upgrade(request, { data: outlet })
      return undefined
    },
    websocket: {
      maxPayloadLength: 64 * 1024 * 1024,
      open: (socket) => socket.data.open(socket as never),
      message: (socket, message) => socket.data.message(socket as never, message),
      drain: (socket) => socket.data.drain(),
      close: (socket, code, reason) => socket.data.close(socket as never, code, reason),
    },
  })
  const dial = async (): Promise<DialledSocket> => {
    const socket = await dialWebSocket(server.url.href.replace('http', 'ws'), {
      pathAndQuery: '/',
      headers: new Headers(),
      protocols: [],
    })
    if (socket === undefined) throw new Error('refused')
    return counted(socket, counts)
  }
  return {
    inlet: await createOpenRpcInlet(clock)(dial),
    openCount: () => outlets.size,
    counts,
    cutFarEnd() {
      for (const outlet of outlets) outlet.cut('cut by the test')
    },
    stop: () => server.stop(true),
  }
}

const counted = (socket: DialledSocket, counts: TestTunnel['counts']): DialledSocket =>
  new Proxy(socket, {
    set(target, name, value: never) {
      if (name !== 'onMessage') return Reflect.set(target, name, value)
      target.onMessage = (message) => {
        if (typeof message === 'string') counts.signs += 1
        else {
          counts.received += 1
          counts.receivedBytes += message.length
        }
        const listener = value as DialledSocket['onMessage']
        listener(message)
      }
      return true
    },
  })
