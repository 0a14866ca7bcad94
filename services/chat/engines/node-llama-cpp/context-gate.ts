/**
 * Lets one piece of work have the context to itself between two batches.
 *
 * The trap that it is for: node-llama-cpp holds the lock of a context as long as tokens are queued. With two sequences that
 * answer without pause there always are some, so a third that has to change its cache first would wait for their end.
 */
export class ContextGate {
  #closedBy = 0
  #opened = Promise.withResolvers<void>()

  get isOpen(): boolean {
    return this.#closedBy === 0
  }

  /** Sequences that evaluate wait here before they queue their next token. */
  whenOpen(): Promise<void> {
    return this.isOpen ? Promise.resolve() : this.#opened.promise
  }

  async whileClosed<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#closedBy += 1
    try {
      return await work()
    } finally {
      this.#closedBy -= 1
      if (this.isOpen) {
        this.#opened.resolve()
        this.#opened = Promise.withResolvers<void>()
      }
    }
  }
}
