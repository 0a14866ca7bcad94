import type { LeaseReport } from '@shared/contracts/memory-lease.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelCard, ModelId } from '@shared/inference/model-card.ts'
import type { TextEngine, TextEngineDriver } from '@shared/inference/text-engine.ts'
import type { Log } from '@shared/log/create-log.ts'
import { chooseThreads } from '../../policy/choose-threads.ts'
import { crashPauseMs } from '../../policy/crash-guard.ts'
import type { MemoryLeases } from './memory-leases.ts'
import type { ModelDirectory } from '../models/model-directory.ts'
import type { OpenShardedEngine } from '../sharding/open-sharded-engine.ts'
import { openEngine } from './open-engine.ts'
import { PooledEngine } from './pooled-engine.ts'

/** Timers that are longer fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface PoolClock {
  now(): number
  /** Calls back once after `delayMs`; returns how to cancel it. */
  after(delayMs: number, callback: () => void): () => void
}

export interface PoolObserver {
  onLoaded(model: ModelId, loadMs: number): void
  onLoadFailed(model: ModelId): void
  onUnloaded(model: ModelId, reason: 'expired' | 'evicted' | 'crashed' | 'closed'): void
  /** Something that the ledger should know has changed. */
  onChange(): void
}

export interface PoolSettings {
  readonly contextTokens: number
  readonly slots: number
  /** 0: chosen by cores and open models. */
  readonly threads: number
  readonly cores: number
  /** 0: unload when idle; −1: stay until the memory is needed. */
  readonly keepAliveMs: number
  readonly memoryWaitMs: number
}

export interface EnginePoolPorts {
  /** Opens the files of this node. */
  readonly driver: TextEngineDriver
  /** Asks other machines. Absent: there are none. */
  readonly externalDriver?: TextEngineDriver
  /** What is too large for this node, over several. Absent: that is refused. */
  readonly openSharded?: OpenShardedEngine
  readonly directory: ModelDirectory
  readonly leases: MemoryLeases
  readonly clock: PoolClock
  readonly observer: PoolObserver
  readonly settings: PoolSettings
  readonly log: Log
}

export interface BorrowedEngine {
  readonly engine: TextEngine
  /** To be called once the work is done, whatever came of it. Idempotent. */
  release(): void
}

/** The open models of this service: loads once for all who ask, keeps what is in use, gives back what is not. */
export class EnginePool {
  readonly #ports: EnginePoolPorts
  readonly #entries = new Map<ModelId, PooledEngine>()
  readonly #crashedAt = new Map<ModelId, readonly number[]>()

  constructor(ports: EnginePoolPorts) {
    this.#ports = ports
  }

  /**
   * The model's engine, opened when it is not. Callers for the same model share one load. When all of them leave, its
   * wait for memory ends; a load that has begun is finished, for who lost patience will ask again.
   * @param keepAliveMs from now on this model's, instead of the configured one
   */
  async borrow(model: ModelId, signal: AbortSignal, keepAliveMs?: number): Promise<BorrowedEngine> {
    signal.throwIfAborted()
    const entry = await this.#entryFor(model)
    entry.waiting += 1
    try {
      const engine = await untilAborted(entry.ready, signal)
      entry.active += 1
      entry.keepAliveMs = keepAliveMs ?? entry.keepAliveMs
      this.#keepAlive(entry)
      return { engine, release: this.#releaseOnce(entry) }
    } finally {
      entry.waiting -= 1
      if (!entry.isBusy) this.#abandon(entry, signal.reason)
      this.#ports.observer.onChange()
    }
  }

  /** Gives a lease's memory back when its engine is idle; false when it is working. */
  async revoke(leaseId: string): Promise<boolean> {
    const entry = [...this.#entries.values()].find(({ grant }) => grant?.leaseId === leaseId)
    if (entry === undefined) return true
    if (entry.isBusy || entry.state !== 'ready') return false
    await this.#close(entry, 'evicted')
    return true
  }

  /** Closes a model at once when it is idle, else as soon as it is. */
  async unload(model: ModelId): Promise<void> {
    const entry = this.#entries.get(model)
    if (entry === undefined) return
    if (entry.isBusy || entry.state === 'loading') entry.keepAliveMs = 0
    else await this.#close(entry, 'expired')
  }

  async reports(): Promise<readonly LeaseReport[]> {
    const entries = [...this.#entries.values()]
    await Promise.all(
      entries.map(async (entry) => {
        if (entry.engine !== undefined) entry.residentBytes = await entry.engine.residentBytes()
      }),
    )
    return entries.flatMap((entry) => entry.report() ?? [])
  }

  get openModels(): readonly ModelId[] {
    return [...this.#entries.values()].filter(({ state }) => state === 'ready').map(({ model }) => model)
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#entries.values()].map((entry) => {
        entry.loading.abort(new Fault('unavailable', 'This node is shutting down.', { retryAfterSeconds: 5 }))
        return this.#close(entry, 'closed')
      }),
    )
  }

  async #entryFor(model: ModelId): Promise<PooledEngine> {
    for (;;) {
      const entry = this.#entries.get(model)
      if (entry === undefined) return this.#open(model)
      if (entry.state !== 'closing') return entry
      await entry.closed
    }
  }

  #open(model: ModelId): PooledEngine {
    const { clock } = this.#ports
    const pauseMs = crashPauseMs(this.#crashedAt.get(model) ?? [], clock.now())
    if (pauseMs > 0) {
      throw new Fault(
        'unavailable',
        `The engine of '${model}' keeps crashing; it is given a rest. The log of the chat service has its last words.`,
        {
          retryAfterSeconds: Math.ceil(pauseMs / 1000),
        },
      )
    }
    const entry = new PooledEngine(model, clock.now())
    this.#entries.set(model, entry)
    entry.ready = this.#load(entry)
    entry.ready.catch(() => this.#forget(entry))
    return entry
  }

  #abandon(entry: PooledEngine, reason: unknown): void {
    if (entry.state !== 'loading' || entry.grant !== undefined) return
    entry.state = 'closing'
    entry.loading.abort(reason)
    entry.closed = entry.ready.then(
      () => undefined,
      () => undefined,
    )
  }

  #forget(entry: PooledEngine): void {
    if (this.#entries.get(entry.model) === entry) this.#entries.delete(entry.model)
    this.#ports.observer.onChange()
  }

  async #load(entry: PooledEngine): Promise<TextEngine> {
    const { clock, directory, driver, externalDriver = driver, log, observer, settings } = this.#ports
    const { signal } = entry.loading
    const startedAt = clock.now()
    try {
      const card = await directory.card(entry.model, signal)
      entry.isRemote = card.format === 'remote'
      if (entry.isRemote) return await this.#reach(entry, externalDriver, card)
      if (card.defect !== undefined) {
        throw new Fault('model_not_loadable', `The file of '${card.id}' cannot be used: ${card.defect}`, {
          param: 'model',
        })
      }
      const threads = chooseThreads(settings.threads, settings.cores, this.#entries.size - 1)
      const engine = await openEngine(
        { ...this.#ports, memoryWaitMs: settings.memoryWaitMs },
        card,
        { ...settings, threads },
        {
          signal,
          onGrant: (grant) => {
            entry.grant = grant
            observer.onChange()
          },
        },
      )
      entry.engine = engine
      if (entry.state === 'loading') entry.state = 'ready'
      this.#keepAlive(entry)
      void engine.exited.then((reason) => this.#onExited(entry, reason))
      observer.onLoaded(entry.model, clock.now() - startedAt)
      log.info(
        { model: entry.model, engine: engine.driver, loadMs: clock.now() - startedAt, threads },
        'model loaded',
      )
      return engine
    } catch (error) {
      if (!signal.aborted) observer.onLoadFailed(entry.model)
      throw error
    }
  }

  /** A model of another machine takes nothing here; the way to it is looked up anew when nobody uses it. */
  async #reach(entry: PooledEngine, driver: TextEngineDriver, card: ModelCard): Promise<TextEngine> {
    const { contextTokens, slots } = this.#ports.settings
    if (card.defect !== undefined) throw new Fault('unavailable', card.defect, { retryAfterSeconds: 5 })
    const engine = await driver.load(card, { contextTokens, slots, threads: 1 }, entry.loading.signal)
    entry.engine = engine
    if (entry.state === 'loading') entry.state = 'ready'
    this.#keepAlive(entry)
    return engine
  }

  #onExited(entry: PooledEngine, reason: string): void {
    if (entry.state === 'closing') return
    const { clock, leases, log, observer } = this.#ports
    const now = clock.now()
    entry.state = 'closing'
    entry.cancelExpiry?.()
    this.#forget(entry)
    this.#crashedAt.set(entry.model, [...(this.#crashedAt.get(entry.model) ?? []), now].slice(-10))
    log.error({ model: entry.model, reason }, 'engine died')
    if (entry.grant !== undefined) void leases.release(entry.grant.leaseId)
    observer.onUnloaded(entry.model, 'crashed')
  }

  #releaseOnce(entry: PooledEngine): () => void {
    let isReleased = false
    return () => {
      if (isReleased) return
      isReleased = true
      entry.active -= 1
      entry.lastUsedAt = this.#ports.clock.now()
      this.#keepAlive(entry)
      this.#ports.observer.onChange()
    }
  }

  /** Restarts the time after which an idle model is unloaded. */
  #keepAlive(entry: PooledEngine): void {
    const { clock, settings } = this.#ports
    entry.cancelExpiry?.()
    entry.cancelExpiry = undefined
    entry.expiresAt = undefined
    const wantedMs = entry.isRemote ? 0 : (entry.keepAliveMs ?? settings.keepAliveMs)
    const keepAliveMs = Math.min(wantedMs, LONGEST_TIMER_MS)
    if (entry.active > 0 || entry.state !== 'ready' || keepAliveMs < 0) return
    entry.expiresAt = clock.now() + keepAliveMs
    entry.cancelExpiry = clock.after(keepAliveMs, () => {
      if (!entry.isBusy) void this.#close(entry, 'expired')
    })
  }

  async #close(entry: PooledEngine, reason: 'expired' | 'evicted' | 'closed'): Promise<void> {
    if (entry.state === 'closing') return entry.closed
    const { leases, log, observer } = this.#ports
    entry.state = 'closing'
    entry.cancelExpiry?.()
    entry.closed = (async () => {
      await entry.ready.catch(() => undefined)
      await entry.engine?.close()
      if (entry.grant !== undefined) await leases.release(entry.grant.leaseId)
      this.#forget(entry)
      if (entry.isRemote) return
      log.info({ model: entry.model, reason }, 'model unloaded')
      observer.onUnloaded(entry.model, reason)
    })()
    return entry.closed
  }
}

/** The promise's value, or the signal's reason when that comes first. */
const untilAborted = <Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> =>
  new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
