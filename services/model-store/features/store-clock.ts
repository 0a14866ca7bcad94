/** Time as this service sees it; tests move it by hand. */
export interface StoreClock {
  /** Unix milliseconds. */
  now(): number
  /** Calls back once after a delay, unless the returned function is called before. */
  after(delayMs: number, callback: () => void): () => void
}
