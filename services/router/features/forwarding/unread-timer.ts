import type { RouterClock } from '../admission/router-clock.ts'

/** How long a reader may leave what was sent to it unread. */
export interface ReaderPatience {
  readonly clock: RouterClock
  readonly unreadMs: number
}

/** Sees when a chunk lies unread for too long. One timer serves all chunks of a stream, for they come by the thousand. */
export class UnreadTimer {
  private unreadSinceMs: number | undefined
  private onTooLong = (): void => undefined
  private cancelLook: (() => void) | undefined

  constructor(private readonly patience: ReaderPatience) {}

  /** A chunk lies there. */
  start(onTooLong: () => void): void {
    this.unreadSinceMs = this.patience.clock.now()
    this.onTooLong = onTooLong
    if (this.cancelLook === undefined) this.lookAfter(this.patience.unreadMs)
  }

  /** It was read; the next one is not there yet. */
  pause(): void {
    this.unreadSinceMs = undefined
  }

  /** No chunk follows. */
  end(): void {
    this.unreadSinceMs = undefined
    this.cancelLook?.()
    this.cancelLook = undefined
  }

  private lookAfter(delayMs: number): void {
    this.cancelLook = this.patience.clock.after(delayMs, () => {
      this.cancelLook = undefined
      this.look()
    })
  }

  private look(): void {
    if (this.unreadSinceMs === undefined) return
    const { clock, unreadMs } = this.patience
    const leftMs = this.unreadSinceMs + unreadMs - clock.now()
    if (leftMs > 0) this.lookAfter(leftMs)
    else this.onTooLong()
  }
}
