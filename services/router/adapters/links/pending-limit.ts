/** How many are under way at the same time, for each host and for all. */
export interface PendingLimits {
  readonly perHost: number
  readonly total: number
}

/** Counts what is under way, so that one host cannot take all the room. */
export class PendingLimit {
  readonly #limits: PendingLimits
  readonly #byHost = new Map<string, number>()
  #total = 0

  constructor(limits: PendingLimits) {
    this.#limits = limits
  }

  /** @returns to be called once when it is over; undefined when there is no room */
  begin(host: string): (() => void) | undefined {
    const count = this.#byHost.get(host) ?? 0
    if (count >= this.#limits.perHost || this.#total >= this.#limits.total) return undefined
    this.#byHost.set(host, count + 1)
    this.#total += 1
    return () => this.#end(host)
  }

  #end(host: string): void {
    const count = (this.#byHost.get(host) ?? 0) - 1
    this.#total -= 1
    if (count > 0) this.#byHost.set(host, count)
    else this.#byHost.delete(host)
  }
}
