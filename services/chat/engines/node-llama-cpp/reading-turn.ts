/**
 * Prompts are read one chunk at a time, in turn: several chunks in one batch take as long together as one after the other,
 * and each would then have to be small, so that an abort waits for none of them too long. Measured with four prompts of
 * 512 tokens at once: 110 tokens a second together, and 130 in turn.
 */
export class ReadingTurn {
  readonly #waiting: (() => void)[] = []
  #isTaken = false

  get isFree(): boolean {
    return !this.#isTaken
  }

  /** Waits for the turn, first come, first served. Whoever got it must `end` it. @throws the signal's reason */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (!this.#isTaken) {
      this.#isTaken = true
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onLeft = (): void => {
      const index = this.#waiting.indexOf(resolve)
      if (index === -1) return
      this.#waiting.splice(index, 1)
      reject(signal.reason)
    }
    this.#waiting.push(resolve)
    signal.addEventListener('abort', onLeft)
    await promise.finally(() => signal.removeEventListener('abort', onLeft))
  }

  end(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#isTaken = false
    else next()
  }
}
