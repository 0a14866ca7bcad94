import { fetchCatalogue } from '@shared/contracts/model-catalogue.ts'
import { fetchMemory } from '@shared/contracts/memory-lease.ts'
import type { NodeMemory } from '@shared/contracts/memory-lease.ts'
import type { ModelCatalogue } from '@shared/contracts/model-catalogue.ts'
import type { ServiceClient } from '@shared/contracts/service-client.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelState } from '../features/models/node-models.ts'

const ANSWER_TIMEOUT_MS = 3000
/** model-store holds a question for the next revision for 25 s. */
const NEWS_TIMEOUT_MS = 40_000

export interface ModelStoreReader {
  /** @throws Fault `unavailable` */
  fetchCatalogue(after: number | undefined, signal: AbortSignal): Promise<ModelCatalogue>
  /** @throws Fault `unavailable` */
  fetchStates(): Promise<readonly ModelState[]>
  /** @throws Fault `unavailable` */
  fetchMemory(): Promise<NodeMemory>
}

/** What the router asks model-store, each within its time. */
export const createModelStoreReader = (store: ServiceClient): ModelStoreReader => ({
  fetchCatalogue(after, signal) {
    const timeoutMs = after === undefined ? ANSWER_TIMEOUT_MS : NEWS_TIMEOUT_MS
    const either = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    return orUnavailable(fetchCatalogue(store, after, either))
  },
  async fetchStates() {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
    const reply = await orUnavailable(store.call<unknown>({ method: 'GET', path: '/models/state', signal }))
    return decodeStates(reply)
  },
  fetchMemory: () => orUnavailable(fetchMemory(store, AbortSignal.timeout(ANSWER_TIMEOUT_MS))),
})

const orUnavailable = async <Reply>(asked: Promise<Reply>): Promise<Reply> => {
  try {
    return await asked
  } catch (error) {
    throw error instanceof Fault
      ? error
      : new Fault('unavailable', 'The model-store service of this node does not answer.', {
          retryAfterSeconds: 2,
          cause: error,
        })
  }
}

/** What is not the state of a model is left out. */
const decodeStates = (reply: unknown): readonly ModelState[] => {
  const models = typeof reply === 'object' && reply !== null && 'models' in reply ? reply.models : undefined
  if (!Array.isArray(models)) return []
  return models.flatMap((model: unknown) => {
    if (typeof model !== 'object' || model === null || !('id' in model) || !('state' in model)) return []
    const id = parseModelId(String(model.id))
    if (id === undefined) return []
    const lastUsedAt = 'lastUsedAt' in model && typeof model.lastUsedAt === 'string' ? model.lastUsedAt : null
    return [{ id, state: String(model.state), lastUsedAt, ...decodeMemory(model) }]
  })
}

const decodeMemory = (model: object): Pick<ModelState, 'engine' | 'memoryBytes'> => ({
  engine: 'engine' in model && typeof model.engine === 'string' ? model.engine : null,
  memoryBytes: 'memoryBytes' in model && Number.isFinite(model.memoryBytes) ? Number(model.memoryBytes) : 0,
})
