import type { RerankMethod, ScoredDocuments } from '@shared/dialects/localai/localai-rerank.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { RankRequest } from '@shared/inference/rank-request.ts'
import type { TextEngine } from '@shared/inference/text-engine.ts'
import type { EnginePool } from '../engine-pool/engine-pool.ts'
import type { ModelDirectory } from '../models/model-directory.ts'
import { WorkMeter } from '../usage/work-meter.ts'
import type { WorkMeterPorts } from '../usage/work-meter.ts'
import { similarities } from '../../policy/similarities.ts'
import { nameTooLong } from './name-too-long.ts'

/** @param visitId for which the engine works; undefined when nobody has to know */
export type RankDocuments = (
  request: RankRequest,
  signal: AbortSignal,
  visitId: string | undefined,
) => Promise<ScoredDocuments>

export interface RankDocumentsPorts extends WorkMeterPorts {
  readonly directory: ModelDirectory
  readonly pool: EnginePool
}

/**
 * Scores documents by a query: with a ranking model as it was trained to, with an embedding model by how alike the
 * vectors are, which the answer says. Opens the model when needed, and gives the engine back whatever happens.
 * @throws Fault `invalid_request` for models that can do neither, `context_length_exceeded` naming the document
 */
export const createRankDocuments =
  (ports: RankDocumentsPorts): RankDocuments =>
  async (request, signal, visitId) => {
    const method = methodOf(await ports.directory.card(request.model, signal))
    const meter = new WorkMeter(ports, { task: 'rerank', model: request.model, visitId })
    try {
      const scored = await borrowAndScore(ports.pool, { method, request, signal, meter })
      meter.onRead(scored.promptTokens)
      return scored
    } finally {
      meter.end()
    }
  }

interface Ranked {
  readonly method: RerankMethod
  readonly request: RankRequest
  readonly signal: AbortSignal
  readonly meter: WorkMeter
}

const borrowAndScore = async (
  pool: EnginePool,
  { method, meter, request, signal }: Ranked,
): Promise<ScoredDocuments> => {
  const { engine, release } = await pool.borrow(request.model, signal)
  meter.onOpen()
  try {
    return { ...(await SCORE[method](engine, request, signal)), method }
  } catch (error) {
    throw await nameTooLong(engine, request, method, error)
  } finally {
    release()
  }
}

const methodOf = ({ capabilities, id }: ModelCard): RerankMethod => {
  if (capabilities.includes('rerank')) return 'ranking-model'
  if (capabilities.includes('embed')) return 'embedding-similarity'
  throw new Fault(
    'invalid_request',
    `The model '${id}' can neither rank nor make embeddings. GET /v1/models lists what there is.`,
    { param: 'model' },
  )
}

type Score = (
  engine: TextEngine,
  request: RankRequest,
  signal: AbortSignal,
) => Promise<Omit<ScoredDocuments, 'method'>>

const SCORE = {
  'ranking-model': (engine, request, signal) => engine.rank(request, signal),
  'embedding-similarity': async (engine, { model, query, documents }, signal) => {
    const inputs = [query, ...documents].map((text) => ({ type: 'text' as const, text }))
    const { vectors, promptTokens } = await engine.embed({ model, inputs }, signal)
    return { scores: similarities(vectors), promptTokens }
  },
} as const satisfies Record<RerankMethod, Score>
