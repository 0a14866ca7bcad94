import type { Socket } from 'node:net'
import type { RouterClock } from '../../features/admission/router-clock.ts'
import type { SocketClose } from '../../features/forwarding/service-transport.ts'

/** One end of a WebSocket, whichever side opened it. */
export interface MessageEnd {
  /** False: it has enough; nothing more until `hasRoom` of the bridge is called. */
  send(message: string | Uint8Array): boolean
  pause(): void
  resume(): void
  close(end: SocketClose): void
}

const LARGEST_FRAME_BYTES = 1024 * 1024
/** Said again and again, so that the other end can tell a quiet engine from a dead network. */
const ALIVE = 'alive'
const ALIVE_EVERY_MS = 5000
const SILENT_FOR_TOO_LONG_MS = 20_000

const NORMAL = 1000
const GOING_AWAY = 1001

/** The bytes of a TCP connection over a WebSocket, both ways. Who sends faster than the other side takes is held up. */
export class RpcTunnelBridge {
  #isOver = false
  /** The local side has enough: we do not read the WebSocket, so its silence means nothing. */
  #isHeldUp = false
  #hasHeard = true
  #stopTimers: readonly (() => void)[] = []

  /**
   * @param onEnd once: `undefined` when the local side ended it, else why the other one did
   */
  constructor(
    private readonly tcp: Socket,
    private readonly end: MessageEnd,
    private readonly clock: RouterClock,
    private readonly onEnd: (broken: string | undefined) => void,
  ) {
    tcp.setNoDelay(true)
    tcp.on('data', (bytes: Uint8Array) => this.#forward(bytes))
    tcp.on('drain', () => this.#goOn())
    // Without a listener an error would end the process; `close` follows.
    tcp.on('error', () => undefined)
    tcp.on('close', () => this.#finish(undefined, { code: NORMAL, reason: '' }))
    this.#sayAlive()
    this.#listen()
    tcp.resume()
    end.resume()
  }

  /** From the WebSocket. */
  take(message: string | Uint8Array): void {
    this.#hasHeard = true
    if (this.#isOver || typeof message === 'string') return
    if (this.tcp.write(message)) return
    this.#isHeldUp = true
    this.end.pause()
  }

  /** The WebSocket takes more again. */
  hasRoom(): void {
    if (!this.#isOver) this.tcp.resume()
  }

  /** The WebSocket was closed by the other side. */
  closed({ code, reason }: SocketClose): void {
    // What is written already still goes out, unless it is only a part of something.
    if (code === NORMAL) this.tcp.end()
    else this.tcp.destroy()
    this.#finish(reason === '' ? 'the other end has closed the connection' : reason)
  }

  cut(reason: string): void {
    this.#finish(reason, { code: GOING_AWAY, reason })
    this.tcp.destroy()
  }

  #forward(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += LARGEST_FRAME_BYTES) {
      if (!this.end.send(bytes.subarray(start, start + LARGEST_FRAME_BYTES))) this.tcp.pause()
    }
  }

  #goOn(): void {
    if (!this.#isHeldUp) return
    this.#isHeldUp = false
    this.#hasHeard = true
    this.end.resume()
  }

  #sayAlive(): void {
    const say = (): void => {
      this.end.send(ALIVE)
      this.#sayAlive()
    }
    this.#stopTimers = [this.clock.after(ALIVE_EVERY_MS, say), ...this.#stopTimers.slice(1)]
  }

  #listen(): void {
    const look = (): void => {
      if (!this.#hasHeard && !this.#isHeldUp) {
        return this.cut('nothing was heard of it any more')
      }
      this.#hasHeard = false
      this.#listen()
    }
    this.#stopTimers = [...this.#stopTimers.slice(0, 1), this.clock.after(SILENT_FOR_TOO_LONG_MS, look)]
  }

  #finish(broken: string | undefined, tell?: SocketClose): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const stop of this.#stopTimers) stop()
    if (tell !== undefined) this.end.close(tell)
    this.onEnd(broken)
  }
}
