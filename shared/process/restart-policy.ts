/** How often a process failed lately: what the policy needs to know of the past. */
export interface RestartHistory {
  readonly failuresInARow: number
}

export interface RestartDecision {
  readonly history: RestartHistory
  /** How long to wait before the next start, in milliseconds. */
  readonly delayMs: number
}

export const NO_FAILURES: RestartHistory = { failuresInARow: 0 }

const FIRST_DELAY_MS = 250
const LONGEST_DELAY_MS = 30_000
/** A process that was healthy for this long starts with a clean record when it fails. */
const FORGIVEN_AFTER_MS = 60_000

/**
 * Decides the wait before the next start: 250 ms · 2^(failures before this one), at most 30 s.
 * There is always a next start: whoever wants to give up counts `failuresInARow`.
 * @param healthyMs how long the process was ready before it failed; 0 when it never was
 */
export const afterFailure = (history: RestartHistory, healthyMs: number): RestartDecision => {
  const before = healthyMs >= FORGIVEN_AFTER_MS ? 0 : history.failuresInARow
  return {
    history: { failuresInARow: before + 1 },
    delayMs: Math.min(FIRST_DELAY_MS * 2 ** before, LONGEST_DELAY_MS),
  }
}
