/** How many of the last requests the estimate looks at: enough for a steady middle, few enough to follow a change. */
const REMEMBERED = 31

/** Moving median of how long requests took, in milliseconds. */
export class ServiceTimes {
  private readonly times: number[] = []
  private oldest = 0

  add(tookMs: number): void {
    if (this.times.length < REMEMBERED) this.times.push(tookMs)
    else {
      this.times[this.oldest] = tookMs
      this.oldest = (this.oldest + 1) % REMEMBERED
    }
  }

  /** Undefined until one request is done. */
  medianMs(): number | undefined {
    const sorted = this.times.toSorted((left, right) => left - right)
    return sorted[Math.floor(sorted.length / 2)]
  }
}
