import { eventually } from './eventually.ts'

/** A client's end of a connection, byte by byte: what no HTTP client would send. */
export interface RawConnection {
  /** Everything that came, as Latin-1. */
  readonly received: string
  /** Whether the other side has ended the connection. */
  readonly isClosed: boolean
  /** Waits until the bytes are with the system, or the connection is gone. */
  send(bytes: string | Uint8Array): Promise<void>
  /** Status lines of the replies so far, as numbers. */
  statuses(): number[]
  /** Waits until the other side has ended it. */
  closed(withinMs?: number): Promise<void>
  pause(): void
  resume(): void
  /** Cuts the connection without a word. */
  cut(): void
}

export const connectRaw = async (port: number): Promise<RawConnection> => {
  const state = { received: '', isClosed: false }
  let drained = Promise.withResolvers<void>()
  const onClosed = (): void => {
    state.isClosed = true
    drained.resolve()
  }
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      data: (_socket, data) => void (state.received += data.toString('latin1')),
      drain: () => drained.resolve(),
      close: onClosed,
      end: onClosed,
      error: onClosed,
    },
  })
  return {
    get received() {
      return state.received
    },
    get isClosed() {
      return state.isClosed
    },
    async send(bytes) {
      const all = Buffer.from(bytes as string)
      let sent = 0
      while (!state.isClosed) {
        drained = Promise.withResolvers<void>()
        sent += Math.max(0, socket.write(all.subarray(sent)))
        if (sent >= all.length) return
        await drained.promise
      }
    },
    statuses: () =>
      [...state.received.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status)),
    closed: (withinMs) => eventually('the connection is closed', () => state.isClosed, withinMs),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    cut: () => void socket.terminate(),
  }
}
