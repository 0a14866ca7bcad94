import type { Embeddings, EmbedRequest } from '@shared/inference/embed-request.ts'
import type { EnginePool } from '../engine-pool/engine-pool.ts'
import type { EngineWishes } from '../models/engine-wishes.ts'
import { WorkMeter } from '../usage/work-meter.ts'
import type { WorkMeterPorts } from '../usage/work-meter.ts'
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
  (ports: WorkMeterPorts & { readonly pool: EnginePool }): MakeEmbeddings =>
  async (request, signal, { isCutToFit, keepAliveMs, onOpen, visitId }) => {
    const meter = new WorkMeter(ports, { task: 'embed', model: request.model, visitId })
    let release: (() => void) | undefined
    try {
      const borrowed = await ports.pool.borrow(request.model, signal, keepAliveMs)
      release = borrowed.release
      meter.onOpen()
      onOpen?.(borrowed.engine.contextTokens)
      const embed = isCutToFit ? embedCutToFit : embedWhole
      const made = request.inputs.length === 0 ? NO_EMBEDDINGS : await embed(borrowed.engine, request, signal)
      meter.onRead(made.promptTokens)
      return { ...made, timings: { loadMs: meter.loadMs, totalMs: meter.totalMs } }
    } finally {
      release?.()
      meter.end()
    }
  }

const NO_EMBEDDINGS: Embeddings = { vectors: [], promptTokens: 0 }

const embedWhole: typeof embedCutToFit = (engine, request, signal) => engine.embed(request, signal)
