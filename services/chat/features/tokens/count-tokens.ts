import type { Prompt } from '@shared/inference/generate-request.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { EnginePool } from '../engine-pool/engine-pool.ts'

export type CountTokens = (model: ModelId, prompt: Prompt, signal: AbortSignal) => Promise<number>

/** Opens the model when needed, counts what it would read, and gives the engine back whatever happens. */
export const createCountTokens =
  (pool: EnginePool): CountTokens =>
  async (model, prompt, signal) => {
    const { engine, release } = await pool.borrow(model, signal)
    try {
      return await engine.countPromptTokens({ prompt }, signal)
    } finally {
      release()
    }
  }
