import { RankedSet } from '@service/router/policy/admission/ranked-set.ts'

interface Happening {
  readonly atMs: number
  readonly order: number
  readonly happen: () => void
}

/** Time that jumps from one event to the next. */
export class VirtualTime {
  private time = 0
  private lastOrder = 0
  private readonly coming = new RankedSet<Happening>((left, right) =>
    left.atMs === right.atMs ? left.order < right.order : left.atMs < right.atMs,
  )

  now = (): number => this.time

  after = (delayMs: number, happen: () => void): (() => void) => {
    this.lastOrder += 1
    const happening = { atMs: this.time + delayMs, order: this.lastOrder, happen }
    this.coming.place(happening)
    return () => this.coming.remove(happening)
  }

  /** Until so late, or until nothing is left to happen. */
  runUntil(atMs: number): void {
    for (let { first } = this.coming; first !== undefined && first.atMs <= atMs; { first } = this.coming) {
      this.coming.remove(first)
      this.time = first.atMs
      first.happen()
    }
    this.time = Math.max(this.time, Math.min(atMs, Number.MAX_SAFE_INTEGER))
  }
}
