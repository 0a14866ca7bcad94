import type { LeaseReport } from '@shared/contracts/memory-lease.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions, TextEngine } from '@shared/inference/text-engine.ts'

/** What is granted before the engine starts. */
export interface EngineGrant {
  readonly leaseId: string
  readonly bytes: number
  readonly engine: string
  readonly engineVersion: string
  readonly options: EngineLoadOptions
}

/** One model of the pool, from the wish to open it until its process is gone. */
export class PooledEngine {
  readonly model: ModelId
  /** Gives up the load when nobody waits for it any more. */
  readonly loading = new AbortController()
  state: 'loading' | 'ready' | 'closing' = 'loading'
  /** It is of another machine: it takes no memory here. */
  isRemote = false
  grant: EngineGrant | undefined
  engine: TextEngine | undefined
  /** Callers that wait for the load. They count as busy: the engine is promised to them. */
  waiting = 0
  active = 0
  residentBytes = 0
  lastUsedAt: number
  expiresAt: number | undefined
  /** What the last caller with a wish asked for; undefined: as configured. */
  keepAliveMs: number | undefined
  cancelExpiry: (() => void) | undefined
  /** Resolves when the engine is up; rejects when it cannot be opened. */
  ready: Promise<TextEngine> = Promise.reject(new Error('not started'))
  /** Resolves when the process is gone and its memory given back. */
  closed: Promise<void> = Promise.resolve()

  constructor(model: ModelId, now: number) {
    this.model = model
    this.lastUsedAt = now
    this.ready.catch(() => undefined)
  }

  get isBusy(): boolean {
    return this.active + this.waiting > 0
  }

  /** What the ledger is told; nothing before memory was granted. */
  report(): LeaseReport | undefined {
    if (this.grant === undefined || this.state === 'closing') return undefined
    const { leaseId, bytes, engine, engineVersion, options } = this.grant
    return {
      leaseId,
      model: this.model,
      engine,
      engineVersion,
      bytes,
      residentBytes: this.residentBytes,
      state: this.state,
      activeRequests: this.active + this.waiting,
      lastUsedAt: new Date(this.lastUsedAt).toISOString(),
      expiresAt: this.expiresAt === undefined ? null : new Date(this.expiresAt).toISOString(),
      contextTokens: this.engine?.contextTokens ?? options.contextTokens,
      slots: this.engine?.slots ?? options.slots,
      processId: this.engine?.processId ?? 0,
    }
  }
}
