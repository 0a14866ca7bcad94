import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { StoreClock } from '../store-clock.ts'
import type { External, ExternalHealth, ProbedMachine, WatchedExternal } from './external.ts'
import type { ExternalRecords } from './external-records.ts'
import type { MachineProbe } from './machine-probe.ts'

/** How often a server that answers is looked at. */
const LOOK_EVERY_MS = 2000
/** One that does not answer is looked at after this time, then after twice that, and so on up to the longest. */
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 10_000
/** A busy server may miss one look. */
const TIMEOUTS_TO_BE_DOWN = 2

export interface MachineWatchPorts {
  readonly records: Pick<ExternalRecords, 'readKey'>
  readonly probe: MachineProbe
  readonly clock: StoreClock
  readonly log: Log
  /** It went up or down. */
  readonly onHealth: () => void
  /** What it is or has is no longer what is kept. */
  readonly onMachine: () => void
}

/** Looks at one server again and again: it is down at once when it refuses, and comes back by itself. */
export class MachineWatch {
  readonly #ports: MachineWatchPorts
  readonly #stop = new AbortController()
  #external: External
  #health: ExternalHealth = { type: 'unknown' }
  #failures = 0
  #cancelNext: (() => void) | undefined
  #looking: Promise<void> | undefined
  #isStarted = false

  constructor(external: External, ports: MachineWatchPorts) {
    this.#external = external
    this.#ports = ports
  }

  get external(): External {
    return this.#external
  }

  get watched(): WatchedExternal {
    return { external: this.#external, health: this.#health }
  }

  /** It was looked at just now, before it was kept. */
  begin(latencyMs: number): void {
    this.#health = { type: 'up', latencyMs, checkedAt: this.#now() }
  }

  start(): void {
    this.#isStarted = true
    if (this.#health.type === 'unknown') void this.look(false)
    else this.#schedule()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#cancelNext?.()
    await this.#looking
  }

  /**
   * One look at a time: who asks during one gets its result, or the next one's.
   * @param isThorough nothing of earlier looks is believed
   */
  look(isThorough: boolean): Promise<void> {
    this.#cancelNext?.()
    if (this.#looking !== undefined && isThorough) return this.#looking.then(() => this.look(true))
    this.#looking ??= this.#look(isThorough).finally(() => {
      this.#looking = undefined
      this.#schedule()
    })
    return this.#looking
  }

  #schedule(): void {
    this.#cancelNext?.()
    if (!this.#isStarted || this.#stop.signal.aborted) return
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), LONGEST_PAUSE_MS)
    const delayMs = this.#failures === 0 ? LOOK_EVERY_MS : pauseMs
    this.#cancelNext = this.#ports.clock.after(delayMs, () => void this.look(false))
  }

  async #look(isThorough: boolean): Promise<void> {
    const { clock, probe, records } = this.#ports
    const { id, kind, machine, url } = this.#external
    const startedAt = clock.now()
    try {
      const target = { url, kind, apiKey: records.readKey(id) }
      const found = await probe.probe(target, isThorough ? undefined : machine, this.#stop.signal)
      this.#succeed(found, clock.now() - startedAt)
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#fail(error)
    }
  }

  #succeed(found: ProbedMachine, latencyMs: number): void {
    if (this.#stop.signal.aborted) return
    this.#failures = 0
    const wasUp = this.#health.type === 'up'
    this.#health = { type: 'up', latencyMs, checkedAt: this.#now() }
    if (!wasUp) this.#ports.log.info({ external: this.#external.name }, 'machine answers')
    if (!Bun.deepEquals(found, this.#external.machine)) {
      this.#external = { ...this.#external, machine: found }
      this.#ports.onMachine()
    } else if (!wasUp) this.#ports.onHealth()
  }

  #fail(error: unknown): void {
    this.#failures += 1
    const isTimeout = error instanceof Fault && error.details?.['isTimeout'] === true
    if (isTimeout && this.#health.type === 'up' && this.#failures < TIMEOUTS_TO_BE_DOWN) return
    const reason =
      error instanceof Fault ? error.message : 'it could not be looked at; the log has the details.'
    const isNews = this.#health.type !== 'down'
    this.#health = { type: 'down', reason, checkedAt: this.#now() }
    if (!isNews) return
    this.#ports.log.warn({ err: error, external: this.#external.name }, 'machine does not answer')
    this.#ports.onHealth()
  }

  #now(): string {
    return new Date(this.#ports.clock.now()).toISOString()
  }
}
