/** Time as supervision sees it, so that a test can tell hours in a moment. */
export interface Clock {
  /** Monotonic milliseconds. */
  nowMs(): number
  /** Resolves after `ms`, or early when `signal` fires; never rejects. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const finish = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', finish)
        resolve()
      }
      const timer = setTimeout(finish, ms)
      signal?.addEventListener('abort', finish)
    }),
}
