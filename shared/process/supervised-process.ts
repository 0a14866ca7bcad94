import type { ChildProcess, ProcessExit } from './child-process.ts'
import { pause } from './clock.ts'
import type { Clock } from './clock.ts'
import { createRecentLines } from './recent-lines.ts'
import { NO_FAILURES, afterFailure } from './restart-policy.ts'
import type { SupervisedState, SupervisionEvent } from './supervision-event.ts'
import type { SupervisionTiming } from './supervision-timing.ts'
import { watchHealth } from './watch-health.ts'

const KEPT_LINES = 50

export interface SupervisedProcessOptions {
  /** Starts the child, which must hand over every line it writes. May throw: that counts as a failure of the child. */
  readonly startChild: (onLine: (line: string) => void) => ChildProcess
  /** Resolves when the child answers, rejects when it does not. Must settle soon after `signal` fires. */
  readonly probe: (signal: AbortSignal) => Promise<void>
  readonly timing: SupervisionTiming
  readonly clock: Clock
  /** Every line of every run of the child. */
  readonly onLine: (line: string) => void
  readonly onEvent: (event: SupervisionEvent) => void
}

/** A child that is meant to run: whenever it ends or hangs it is started again, with back-off. */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions
  /** Of the run that is or was. */
  #recent = createRecentLines(KEPT_LINES)
  readonly #firstReady = Promise.withResolvers<void>()
  readonly #stopping = new AbortController()
  #state: SupervisedState = 'stopped'
  #child: ChildProcess | undefined
  #life: Promise<void> | undefined
  #history = NO_FAILURES
  #readyAtMs: number | undefined
  #wasEverReady = false
  #starts = 0

  constructor(options: SupervisedProcessOptions) {
    this.#options = options
    // Nobody has to wait for it.
    this.#firstReady.promise.catch(() => undefined)
  }

  get state(): SupervisedState {
    return this.#state
  }

  /** Of the child that runs now. */
  get processId(): number | undefined {
    return this.#child?.processId
  }

  /** How often the child was started again. */
  get restarts(): number {
    return Math.max(0, this.#starts - 1)
  }

  /** Resolves at the first readiness; rejects with the reason when the child is given up or stopped before. */
  get firstReady(): Promise<void> {
    return this.#firstReady.promise
  }

  /** Starts it for good. Once stopped it stays stopped. */
  start(): void {
    this.#life ??= this.#live()
  }

  /**
   * SIGTERM, and SIGKILL after `graceMs`. Resolves when the child is gone. A second call sends a second SIGTERM, which
   * our services take as "at once", and cuts the grace short.
   */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort()
    this.#firstReady.reject(new Error('was stopped'))
    if (this.#child !== undefined) {
      this.#enter('stopping')
      await this.#child.stop(graceMs)
    }
    await this.#life
  }

  async #live(): Promise<void> {
    while (!this.#isStopping) {
      const reason = await this.#runOnce()
      if (this.#isStopping) break
      if (!(await this.#recover(reason))) return
    }
    this.#enter('stopped')
  }

  /** One run of the child, from its start to its end. Resolves with the reason of the end. */
  async #runOnce(): Promise<string> {
    this.#enter('starting')
    this.#starts += 1
    this.#readyAtMs = undefined
    this.#recent = createRecentLines(KEPT_LINES)
    try {
      this.#child = this.#options.startChild((line) => this.#keepLine(line))
    } catch (error) {
      return `could not be started: ${error instanceof Error ? error.message : String(error)}`
    }
    const child = this.#child
    const over = new AbortController()
    // Not while it drains: it listens no more then, which is no reason to kill it.
    const signal = AbortSignal.any([over.signal, this.#stopping.signal])
    const unhealthy = watchHealth({ ...this.#options, signal, onReady: () => this.#becomeReady() })
    const reason = await Promise.race([child.exited.then(describeExit), unhealthy])
    over.abort()
    if (!this.#isStopping) child.kill('SIGKILL')
    await child.exited
    this.#child = undefined
    return reason
  }

  /** Reports the failure and waits. Resolves with false when there will be no further start. */
  async #recover(reason: string): Promise<boolean> {
    const { clock, timing, onEvent } = this.#options
    const healthyMs = this.#readyAtMs === undefined ? 0 : clock.now() - this.#readyAtMs
    const { history, delayMs } = afterFailure(this.#history, healthyMs)
    this.#history = history
    const isGivenUp = !this.#wasEverReady && history.failuresInARow >= timing.giveUpAfterFailures
    onEvent({
      type: 'failure',
      reason,
      lines: this.#recent.all(),
      failuresInARow: history.failuresInARow,
      retryInMs: isGivenUp ? null : delayMs,
    })
    if (isGivenUp) {
      this.#enter('failed')
      this.#firstReady.reject(new Error(reason))
      return false
    }
    this.#enter('backing-off')
    await pause(clock, delayMs, this.#stopping.signal)
    return true
  }

  #becomeReady(): void {
    this.#readyAtMs = this.#options.clock.now()
    this.#wasEverReady = true
    this.#enter('ready')
    this.#firstReady.resolve()
  }

  #keepLine(line: string): void {
    this.#recent.push(line)
    this.#options.onLine(line)
  }

  #enter(state: SupervisedState): void {
    if (this.#state === state) return
    this.#state = state
    this.#options.onEvent({ type: 'state-change', state })
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted
  }
}

const describeExit = ({ code, signal }: ProcessExit): string =>
  signal === null ? `ended with exit code ${code ?? 'unknown'}` : `was ended by ${signal}`
