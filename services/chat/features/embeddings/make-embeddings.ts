import type { Embeddings, EmbedRequest } from '@shared/inference/embed-request.ts'
import type { EnginePool } from '../engine-pool/engine-pool.ts'

export type MakeEmbeddings = (request: EmbedRequest, signal: AbortSignal) => Promise<Embeddings>

/** Opens the model when needed, embeds, and gives the engine back whatever happens. */
export const createMakeEmbeddings =
  (pool: EnginePool): MakeEmbeddings =>
  async (request, signal) => {
    const { engine, release } = await pool.borrow(request.model, signal)
    try {
      return await engine.embed(request, signal)
    } finally {
      release()
    }
  }
