/** Seconds over which requests and retries are counted. */
const WINDOW_SECONDS = 10
/** So many of the requests may be tried again: a cluster that is in trouble must not get twice the work. */
const SHARE = 0.2
/** With few requests there is always room for these. */
const ALWAYS = 3

interface Second {
  at: number
  requests: number
  retries: number
}

/** How many requests of the last ten seconds may be sent once more. Times are milliseconds of one clock. */
export class RetryBudget {
  private readonly seconds: Second[] = Array.from({ length: WINDOW_SECONDS }, () => ({
    at: Number.NEGATIVE_INFINITY,
    requests: 0,
    retries: 0,
  }))

  onRequest(nowMs: number): void {
    this.secondAt(nowMs).requests += 1
  }

  /** Takes one retry out of the budget; false when there is none left. */
  take(nowMs: number): boolean {
    const since = Math.floor(nowMs / 1000) - WINDOW_SECONDS
    const counted = this.seconds.filter(({ at }) => at > since)
    const requests = counted.reduce((sum, second) => sum + second.requests, 0)
    const retries = counted.reduce((sum, second) => sum + second.retries, 0)
    if (retries >= Math.max(ALWAYS, requests * SHARE)) return false
    this.secondAt(nowMs).retries += 1
    return true
  }

  private secondAt(nowMs: number): Second {
    const at = Math.floor(nowMs / 1000)
    const place = ((at % WINDOW_SECONDS) + WINDOW_SECONDS) % WINDOW_SECONDS
    const known = this.seconds[place]
    if (known?.at === at) return known
    const fresh = { at, requests: 0, retries: 0 }
    this.seconds[place] = fresh
    return fresh
  }
}
