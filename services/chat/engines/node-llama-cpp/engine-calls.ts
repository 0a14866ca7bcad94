import type { EngineReport } from './engine-messages.ts'

/** What an engine process reports of one call. */
export type CallReport = Extract<EngineReport, { readonly call: number }>

export interface CallListener {
  report(report: CallReport): void
  fail(error: unknown): void
}

/** The calls that an engine process is working on. */
export class EngineCalls {
  readonly #listeners = new Map<number, CallListener>()
  #lastCall = 0
  #failure: { readonly error: unknown } | undefined

  /** @returns the number of the new call. @throws what `failAll` was given */
  open(listener: CallListener): number {
    if (this.#failure !== undefined) throw this.#failure.error
    this.#lastCall += 1
    this.#listeners.set(this.#lastCall, listener)
    return this.#lastCall
  }

  close(call: number): void {
    this.#listeners.delete(call)
  }

  /** What comes of a closed call is dropped: it was on its way when the call was given up. */
  report(report: CallReport): void {
    this.#listeners.get(report.call)?.report(report)
  }

  /** All calls fail, those to come too: the process is gone. */
  failAll(error: unknown): void {
    this.#failure ??= { error }
    const listeners = [...this.#listeners.values()]
    this.#listeners.clear()
    for (const listener of listeners) listener.fail(error)
  }
}
