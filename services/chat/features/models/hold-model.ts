import type { ModelId } from '@shared/inference/model-card.ts'
import type { EnginePool } from '../engine-pool/engine-pool.ts'

export interface Residence {
  readonly type: 'load' | 'unload'
  /** For `load`: how long the model stays when it is idle; absent: as configured. */
  readonly keepAliveMs?: number
}

export type HoldModel = (model: ModelId, residence: Residence, signal: AbortSignal) => Promise<void>

/** Brings a model into memory before anything is asked of it, or out of it before its time. */
export const createHoldModel =
  (pool: EnginePool): HoldModel =>
  async (model, { type, keepAliveMs }, signal) => {
    if (type === 'unload') return pool.unload(model)
    const { release } = await pool.borrow(model, signal, keepAliveMs)
    release()
  }
