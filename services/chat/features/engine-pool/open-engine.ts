import { Fault } from '@shared/fault/fault.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions, TextEngine, TextEngineDriver } from '@shared/inference/text-engine.ts'
import { planLoad } from '../../policy/plan-load.ts'
import type { LoadWishes } from '../../policy/plan-load.ts'
import type { MemoryLeases } from './memory-leases.ts'
import type { EngineGrant } from './pooled-engine.ts'

export interface OpenEnginePorts {
  readonly driver: TextEngineDriver
  readonly leases: MemoryLeases
  readonly memoryWaitMs: number
}

/**
 * Gets memory for a model (with less context when the wished one can never fit) and starts its engine. Gives the memory
 * back when the engine does not come up.
 */
export const openEngine = async (
  ports: OpenEnginePorts,
  card: ModelCard,
  wishes: LoadWishes,
  watch: { readonly signal: AbortSignal; readonly onGrant: (grant: EngineGrant) => void },
): Promise<TextEngine> => {
  const grant = await grantMemory(ports, card, wishes, watch.signal)
  watch.onGrant(grant)
  try {
    return await ports.driver.load(card, grant.options, watch.signal)
  } catch (error) {
    await ports.leases.release(grant.leaseId)
    throw error
  }
}

const grantMemory = async (
  { driver, leases, memoryWaitMs }: OpenEnginePorts,
  card: ModelCard,
  wishes: LoadWishes,
  signal: AbortSignal,
): Promise<EngineGrant> => {
  const engineVersion = await driver.version()
  let refusal: unknown
  for (const options of planLoad(card.shape.contextLength, wishes)) {
    const bytes = driver.estimateBytes(card, options)
    try {
      const leaseId = await leases.acquire(
        { model: card.id, engine: driver.name, bytes, waitMs: memoryWaitMs },
        signal,
      )
      return {
        leaseId,
        bytes,
        engine: driver.name,
        engineVersion,
        options: options satisfies EngineLoadOptions,
      }
    } catch (error) {
      if (!canNeverFit(error)) throw error
      refusal = error
    }
  }
  throw refusal
}

/** The ledger names its budget when waiting would not help. */
const canNeverFit = (error: unknown): boolean =>
  error instanceof Fault && error.code === 'overloaded' && error.details?.['budgetBytes'] !== undefined
