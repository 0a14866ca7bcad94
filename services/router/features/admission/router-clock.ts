/** Steady time and timers, so that tests can hold them. */
export interface RouterClock {
  /** Milliseconds of a clock that never jumps. */
  now(): number
  /** Calls back once; the returned function takes that back. */
  after(delayMs: number, callback: () => void): () => void
}
