import { Fault } from '@shared/fault/fault.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions, TextEngine, TextEngineDriver } from '@shared/inference/text-engine.ts'
import { planLoad } from '../../policy/plan-load.ts'
import type { LoadWishes } from '../../policy/plan-load.ts'
import type { OpenShardedEngine } from '../sharding/open-sharded-engine.ts'
import type { MemoryLeases } from './memory-leases.ts'
import type { EngineGrant } from './pooled-engine.ts'

export interface OpenEnginePorts {
  readonly driver: TextEngineDriver
  readonly leases: MemoryLeases
  readonly memoryWaitMs: number
  /** What is too large for this node, over several. Absent: that is refused. */
  readonly openSharded?: OpenShardedEngine
}

export interface OpenEngineWatch {
  readonly signal: AbortSignal
  readonly onGrant: (grant: EngineGrant) => void
}

/**
 * Gets memory for a model (with less context when the wished one can never fit) and starts its engine. Gives the memory
 * back when the engine does not come up. A model that can never fit is opened over several nodes, where there are any.
 */
export const openEngine = async (
  ports: OpenEnginePorts,
  card: ModelCard,
  wishes: LoadWishes,
  watch: OpenEngineWatch,
): Promise<TextEngine> => {
  const { leases, memoryWaitMs, openSharded } = ports
  const plans = planLoad(card.shape.contextLength, wishes)
  const grant = await grantMemory(ports, card, plans, watch.signal)
  if (grant instanceof NeverFits) {
    if (openSharded === undefined) throw grant.refusal
    return openSharded({ card, plans, refusal: grant.refusal, leases, memoryWaitMs }, watch)
  }
  watch.onGrant(grant)
  try {
    return await ports.driver.load(card, grant.options, watch.signal)
  } catch (error) {
    await leases.release(grant.leaseId)
    throw error
  }
}

class NeverFits {
  constructor(readonly refusal: unknown) {}
}

const grantMemory = async (
  { driver, leases, memoryWaitMs }: OpenEnginePorts,
  card: ModelCard,
  plans: readonly EngineLoadOptions[],
  signal: AbortSignal,
): Promise<EngineGrant | NeverFits> => {
  const engineVersion = await driver.version()
  let refusal: unknown
  for (const options of plans) {
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
  return new NeverFits(refusal)
}

/** The ledger names its budget and no time to come again when waiting would not help. */
const canNeverFit = (error: unknown): boolean =>
  error instanceof Fault &&
  error.code === 'overloaded' &&
  error.retryAfterSeconds === undefined &&
  error.details?.['budgetBytes'] !== undefined
