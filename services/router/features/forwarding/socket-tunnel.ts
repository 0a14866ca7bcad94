import type { RouterClock } from '../admission/router-clock.ts'
import type { DialledSocket, SocketClose } from './service-transport.ts'

/** The client's end of a WebSocket, as Bun's server has it. */
export interface ClientSocket {
  /** Bytes sent; -1 when they wait for the client to read, 0 when they were lost. */
  send(message: string | Uint8Array): number
  close(code: number, reason: string): void
  pause(): void
  resume(): void
}

/** What Bun's server tells of one WebSocket, whatever is behind it. */
export type SocketEvents = Pick<SocketTunnel, 'open' | 'message' | 'drain' | 'close'>

/** One side is held up while the other has this much to take. */
const HIGH_WATER_BYTES = 1024 * 1024
/** WebSocket has no event for "taken", so it is looked for. */
const LOOK_EVERY_MS = 5

const ABNORMAL = 1006
/** Codes that tell of an end and cannot be sent (RFC 6455, 7.4.1). */
const NO_STATUS = 1005
const GOING_AWAY = 1001
const POLICY_VIOLATION = 1008
const INTERNAL_ERROR = 1011

/**
 * Messages of a WebSocket both ways, unread. The methods are those that Bun's server calls.
 * Who sends faster than the other side reads is paused, so that nothing piles up here.
 */
export class SocketTunnel {
  private client: ClientSocket | undefined
  private isClosed = false

  constructor(
    private readonly service: DialledSocket,
    private readonly clock: RouterClock,
    private readonly onEnd: (wasCut: boolean) => void,
  ) {}

  open(client: ClientSocket): void {
    this.client = client
    // Cut while the client's handshake was under way.
    if (this.isClosed) return client.close(POLICY_VIOLATION, '')
    this.service.onMessage = (message) => this.toClient(message)
    this.service.onClose = (end) => this.closeClient(end)
    this.service.resume()
  }

  message(client: ClientSocket, message: string | Uint8Array): void {
    this.service.send(message)
    if (this.service.bufferedBytes <= HIGH_WATER_BYTES) return
    client.pause()
    this.resumeWhenTaken(client)
  }

  /** The client has read what waited for it. */
  drain(): void {
    this.service.resume()
  }

  close(_client: ClientSocket, code: number, reason: string): void {
    if (this.isClosed) return
    this.isClosed = true
    this.service.close(
      code === ABNORMAL ? { code: GOING_AWAY, reason: 'the client went away' } : { code, reason },
    )
    this.service.resume()
    this.onEnd(code === ABNORMAL)
  }

  /** Ends both sides, with the reason for the client. */
  cut(reason: string): void {
    if (this.isClosed) return
    this.isClosed = true
    this.client?.close(POLICY_VIOLATION, reason)
    this.service.close({ code: GOING_AWAY, reason: 'the client was sent away' })
    this.service.resume()
    this.onEnd(true)
  }

  private toClient(message: string | Uint8Array): void {
    const sent = this.client?.send(message) ?? 0
    if (sent < 0) this.service.pause()
    if (sent === 0 && message.length > 0) this.closeClient({ code: ABNORMAL, reason: '' })
  }

  private closeClient({ code, reason }: SocketClose): void {
    if (this.isClosed) return
    this.isClosed = true
    if (code === ABNORMAL) this.client?.close(INTERNAL_ERROR, 'the service went away')
    else this.client?.close(code === NO_STATUS ? 1000 : code, reason)
    this.onEnd(code === ABNORMAL)
  }

  private resumeWhenTaken(client: ClientSocket): void {
    this.clock.after(LOOK_EVERY_MS, () => {
      if (this.isClosed) return
      if (this.service.bufferedBytes > HIGH_WATER_BYTES / 2) this.resumeWhenTaken(client)
      else client.resume()
    })
  }
}
