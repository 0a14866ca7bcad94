import type { RouterClock } from '../admission/router-clock.ts'

/** So much longer may a call wait for others when one was made just now. */
const TOGETHER_MS = 20

interface DelayedCall {
  readonly dueAtMs: number
  readonly call: () => void
}

/** Makes calls a while later, those of a busy moment together: a timer for each would cost as much as what they do. */
export class DelayedCalls {
  /** In the order in which they are due. */
  private waiting: DelayedCall[] = []
  private cancelTimer = (): void => undefined

  constructor(
    private readonly clock: RouterClock,
    private readonly delayMs: number,
  ) {}

  add(call: () => void): void {
    this.waiting.push({ dueAtMs: this.clock.now() + this.delayMs, call })
    if (this.waiting.length === 1) this.wait(this.delayMs)
  }

  /** Makes all of them now. */
  flush(): void {
    this.cancelTimer()
    const all = this.waiting
    this.waiting = []
    for (const { call } of all) call()
  }

  private wait(forMs: number): void {
    this.cancelTimer = this.clock.after(forMs, () => this.callDue())
  }

  private callDue(): void {
    const nowMs = this.clock.now()
    const firstLater = this.waiting.findIndex(({ dueAtMs }) => dueAtMs > nowMs)
    const due = this.waiting.splice(0, firstLater < 0 ? this.waiting.length : firstLater)
    const [next] = this.waiting
    if (next !== undefined) this.wait(Math.max(TOGETHER_MS, next.dueAtMs - nowMs))
    for (const { call } of due) call()
  }
}
