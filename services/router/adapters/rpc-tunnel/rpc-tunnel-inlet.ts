import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import type { RouterClock } from '../../features/admission/router-clock.ts'
import type { DialledSocket } from '../../features/forwarding/service-transport.ts'
import type { OpenRpcInlet } from '../../features/sharding/rpc-tunnel.ts'
import { RpcTunnelBridge } from './rpc-tunnel-bridge.ts'
import type { MessageEnd } from './rpc-tunnel-bridge.ts'

/** One side is held up while the other has this much to take. */
const HIGH_WATER_BYTES = 4 * 1024 * 1024
/** WebSocket has no event for "taken", so it is looked for. */
const LOOK_EVERY_MS = 1

const LOOPBACK = '127.0.0.1'
/** The engine keeps one, and looks with another whether the worker answers. */
const MOST_CONNECTIONS = 4

/** Listens on loopback alone, on any free port, and only while the model is open. */
export const createOpenRpcInlet =
  (clock: RouterClock): OpenRpcInlet =>
  async (dial) => {
    const broken = Promise.withResolvers<string>()
    const cuts = new Set<() => void>()
    const server = createServer((tcp) => {
      tcp.on('error', () => undefined)
      tcp.pause()
      const stop = (): void => void tcp.destroy()
      cuts.add(stop)
      tcp.on('close', () => cuts.delete(stop))
      dial().then(
        (socket) => join(tcp, socket, clock, (reason) => reason !== undefined && broken.resolve(reason)),
        () => {
          tcp.destroy()
          broken.resolve('it cannot be reached')
        },
      )
    })
    server.maxConnections = MOST_CONNECTIONS
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, LOOPBACK, resolve)
    })
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    return {
      endpoint: `${LOOPBACK}:${port}`,
      broken: broken.promise,
      close() {
        server.close()
        for (const cut of cuts) cut()
      },
    }
  }

const join = (
  tcp: Socket,
  socket: DialledSocket,
  clock: RouterClock,
  onEnd: (broken: string | undefined) => void,
): void => {
  if (tcp.destroyed) {
    socket.close({ code: 1000, reason: '' })
    socket.resume()
    return
  }
  const bridge = new RpcTunnelBridge(
    tcp,
    endOf(socket, clock, () => bridge.hasRoom()),
    clock,
    onEnd,
  )
  socket.onMessage = (message) => bridge.take(message)
  socket.onClose = (end) => bridge.closed(end)
}

const endOf = (socket: DialledSocket, clock: RouterClock, onRoom: () => void): MessageEnd => {
  let isLooking = false
  const look = (): void => {
    if (socket.bufferedBytes > HIGH_WATER_BYTES / 2) return void clock.after(LOOK_EVERY_MS, look)
    isLooking = false
    onRoom()
  }
  return {
    send(message) {
      socket.send(message)
      if (socket.bufferedBytes <= HIGH_WATER_BYTES) return true
      if (!isLooking) clock.after(LOOK_EVERY_MS, look)
      isLooking = true
      return false
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close(end) {
      socket.close(end)
      // A paused socket would never hear of its own end.
      socket.resume()
    },
  }
}
