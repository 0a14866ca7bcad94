import type { ModelCatalogue } from '@shared/contracts/model-catalogue.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { ModelState, NodeModels } from './node-models.ts'

/** After a failure, and after an answer that came although nothing was new: model-store may be restarting. */
const PAUSE_MS = 1000
/** The same until the first answer: a node that starts is ready as soon as its models are known. */
const FIRST_PAUSE_MS = 100
/** Callers that ask for models which do not exist cannot make the router ask more often than this. */
const REFRESH_AT_MOST_EVERY_MS = 250

export interface CatalogueWatchPorts {
  /** @param after waits, up to half a minute, for a newer revision */
  readonly fetchCatalogue: (after: number | undefined, signal: AbortSignal) => Promise<ModelCatalogue>
  readonly fetchStates: () => Promise<readonly ModelState[]>
  readonly clock: RouterClock
  readonly log: Log
}

/** Keeps the catalogue of model-store at hand: asks for the next revision as soon as it has one. */
export class CatalogueWatch implements NodeModels {
  private catalogue: ModelCatalogue | undefined
  private refreshing: Promise<void> | undefined
  private refreshedAtMs = Number.NEGATIVE_INFINITY
  private isLost = false
  private readonly stopped = new AbortController()
  private endPause = (): void => undefined

  constructor(private readonly ports: CatalogueWatchPorts) {}

  get cards(): readonly ModelCard[] | undefined {
    return this.catalogue?.models
  }

  async refresh(): Promise<void> {
    const { clock } = this.ports
    const isFresh = clock.now() - this.refreshedAtMs < REFRESH_AT_MOST_EVERY_MS
    if (isFresh && this.catalogue !== undefined) return
    this.refreshing ??= this.fetchNow().finally(() => (this.refreshing = undefined))
    await this.refreshing
  }

  states(): Promise<readonly ModelState[]> {
    return this.ports.fetchStates()
  }

  /** Watches until `stop`. Never rejects. */
  async start(): Promise<void> {
    let after: number | undefined
    while (!this.stopped.signal.aborted) {
      const next = await this.fetchNext(after)
      const isNew = next !== undefined && next.revision !== after
      after = next?.revision
      if (next !== undefined) this.catalogue = next
      if (!isNew && !this.stopped.signal.aborted) await this.pause()
    }
  }

  stop(): void {
    this.stopped.abort()
    this.endPause()
  }

  private async fetchNow(): Promise<void> {
    this.catalogue = await this.ports.fetchCatalogue(undefined, this.stopped.signal)
    this.refreshedAtMs = this.ports.clock.now()
  }

  /** Undefined when model-store cannot be asked. */
  private async fetchNext(after: number | undefined): Promise<ModelCatalogue | undefined> {
    try {
      const next = await this.ports.fetchCatalogue(after, this.stopped.signal)
      this.isLost = false
      return next
    } catch (error) {
      if (!this.isLost) this.ports.log.debug({ err: error }, 'the catalogue cannot be asked for')
      this.isLost = true
      return undefined
    }
  }

  private pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const pauseMs = this.catalogue === undefined ? FIRST_PAUSE_MS : PAUSE_MS
    const cancel = this.ports.clock.after(pauseMs, resolve)
    this.endPause = () => {
      cancel()
      resolve()
    }
    return promise
  }
}
