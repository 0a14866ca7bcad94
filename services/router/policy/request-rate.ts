/** Requests that may come now, and when that was so. */
export interface RequestAllowance {
  readonly requests: number
  /** Milliseconds, of any clock. */
  readonly at: number
}

export interface RateVerdict {
  readonly allowance: RequestAllowance
  /** Milliseconds until one may come; 0: this one may. */
  readonly waitMs: number
}

const MINUTE_MS = 60_000

/**
 * A bucket of requests: as many as there may be in a minute at once, then one each time that its share of the minute is
 * over.
 * @param before undefined: the first request
 */
export const takeRequest = (
  before: RequestAllowance | undefined,
  perMinute: number,
  now: number,
): RateVerdict => {
  const elapsedMs = before === undefined ? MINUTE_MS : Math.max(0, now - before.at)
  const requests = Math.min(perMinute, (before?.requests ?? 0) + (elapsedMs * perMinute) / MINUTE_MS)
  return requests >= 1
    ? { allowance: { requests: requests - 1, at: now }, waitMs: 0 }
    : { allowance: { requests, at: now }, waitMs: ((1 - requests) * MINUTE_MS) / perMinute }
}
