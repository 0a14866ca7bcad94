/** The last so many numbers of something that changes. */
export class RecentValues {
  private readonly values: number[] = []
  private oldest = 0
  private total = 0

  /** @param remembered enough for a steady middle, few enough to follow a change */
  constructor(private readonly remembered: number) {}

  get count(): number {
    return this.values.length
  }

  /** Of those that are remembered. */
  get sum(): number {
    return this.total
  }

  add(value: number): void {
    this.total += value - (this.values[this.oldest] ?? 0)
    this.values[this.oldest] = value
    this.oldest = (this.oldest + 1) % this.remembered
  }

  /** Undefined until there is one. */
  mean(): number | undefined {
    return this.values.length === 0 ? undefined : this.total / this.values.length
  }

  /** Undefined until there is one. Sorts what is remembered. */
  median(): number | undefined {
    const sorted = this.values.toSorted((left, right) => left - right)
    return sorted[Math.floor(sorted.length / 2)]
  }
}
