import type { Embeddings, EmbedRequest } from '@shared/inference/embed-request.ts'
import type { EnginePool } from '../engine-pool/engine-pool.ts'
import type { EngineWishes } from '../models/engine-wishes.ts'
import { embedCutToFit } from './embed-cut-to-fit.ts'

export interface EmbedWishes extends EngineWishes {
  /** Cut what is longer than the context, instead of refusing it. */
  readonly isCutToFit: boolean
}

export type MakeEmbeddings = (
  request: EmbedRequest,
  signal: AbortSignal,
  wishes: EmbedWishes,
) => Promise<Embeddings>

/** Opens the model when needed, embeds, and gives the engine back whatever happens. Without inputs it only opens it. */
export const createMakeEmbeddings =
  ({ pool, elapsedMs }: { readonly pool: EnginePool; readonly elapsedMs: () => number }): MakeEmbeddings =>
  async (request, signal, { isCutToFit, keepAliveMs, onOpen }) => {
    const askedAt = elapsedMs()
    const { engine, release } = await pool.borrow(request.model, signal, keepAliveMs)
    const loadMs = elapsedMs() - askedAt
    onOpen?.(engine.contextTokens)
    const embed = (): Promise<Embeddings> =>
      isCutToFit ? embedCutToFit(engine, request, signal) : engine.embed(request, signal)
    try {
      const made = request.inputs.length === 0 ? { vectors: [], promptTokens: 0 } : await embed()
      return { ...made, timings: { loadMs, totalMs: elapsedMs() - askedAt } }
    } finally {
      release()
    }
  }
