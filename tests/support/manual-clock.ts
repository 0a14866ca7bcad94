/** A clock that stands still until the test moves it. */
export interface ManualClock {
  now(): number
  after(delayMs: number, callback: () => void): () => void
  /** Moves on, calling what falls due in its order, and lets promises settle in between. */
  advance(byMs: number): Promise<void>
}

export const createManualClock = (start = 0): ManualClock => {
  let time = start
  const timers = new Set<{ at: number; callback: () => void }>()
  return {
    now: () => time,
    after(delayMs, callback) {
      const timer = { at: time + delayMs, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    async advance(byMs) {
      const until = time + byMs
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)
        if (next === undefined) break
        time = next.at
        timers.delete(next)
        next.callback()
        await settled()
      }
      time = until
      await settled()
    },
  }
}

/** Lets everything that is ready to run, run. */
export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}
