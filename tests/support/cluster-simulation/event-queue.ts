interface TimedEvent {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

const isBefore = (left: TimedEvent, right: TimedEvent): boolean =>
  left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order)

/** Virtual time: what is due next happens next, and no time passes meanwhile. Of two at the same time, the first planned. */
export class EventQueue {
  nowMs = 0
  private readonly heap: TimedEvent[] = []
  private planned = 0

  after(delayMs: number, run: () => void): void {
    this.planned += 1
    this.push({ atMs: this.nowMs + delayMs, order: this.planned, run })
  }

  /** Everything up to that moment. */
  runUntil(atMs: number): void {
    for (let next = this.heap[0]; next !== undefined && next.atMs <= atMs; next = this.heap[0]) {
      this.takeFirst()
      this.nowMs = next.atMs
      next.run()
    }
    this.nowMs = atMs
  }

  private push(event: TimedEvent): void {
    let at = this.heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, this.heap[parent]!)) break
      this.heap[at] = this.heap[parent]!
      at = parent
    }
    this.heap[at] = event
  }

  private takeFirst(): void {
    const last = this.heap.pop()!
    if (this.heap.length === 0) return
    let at = 0
    for (let child = 1; child < this.heap.length; child = 2 * at + 1) {
      if (child + 1 < this.heap.length && isBefore(this.heap[child + 1]!, this.heap[child]!)) child += 1
      if (!isBefore(this.heap[child]!, last)) break
      this.heap[at] = this.heap[child]!
      at = child
    }
    this.heap[at] = last
  }
}
