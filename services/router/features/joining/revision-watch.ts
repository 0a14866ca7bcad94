import type { RouterClock } from '../admission/router-clock.ts'

/** Counts the changes of something, and lets others wait for the next one. */
export class RevisionWatch {
  readonly #clock: RouterClock
  readonly #waiting = new Set<() => void>()
  #revision = 0

  constructor(clock: RouterClock) {
    this.#clock = clock
  }

  get revision(): number {
    return this.#revision
  }

  changed(): void {
    this.#revision += 1
    for (const look of this.#waiting) look()
  }

  /** Resolves when it is so after a change, or the time is over, or the signal fires; never rejects. */
  until(isSo: () => boolean, waitMs: number, signal: AbortSignal): Promise<void> {
    if (isSo() || waitMs <= 0 || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const look = (): void => {
        if (isSo()) finish()
      }
      const finish = (): void => {
        cancel()
        this.#waiting.delete(look)
        signal.removeEventListener('abort', finish)
        resolve()
      }
      const cancel = this.#clock.after(waitMs, finish)
      this.#waiting.add(look)
      signal.addEventListener('abort', finish)
    })
  }
}
