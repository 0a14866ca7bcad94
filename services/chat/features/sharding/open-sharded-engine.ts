import type { HeldGrant } from '@shared/contracts/held-grant.ts'
import type { ShardGrant } from '@shared/contracts/shard-plan.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions, TextEngine } from '@shared/inference/text-engine.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { MemoryLeases } from '../engine-pool/memory-leases.ts'
import type { EngineGrant } from '../engine-pool/pooled-engine.ts'
import { shardNeedsOf } from './shard-needs.ts'
import type { ShardedDriver, ShardLender } from './sharded-driver.ts'

export interface OpenShardedPorts {
  readonly driver: ShardedDriver
  readonly lender: ShardLender
  readonly log: Log
}

export interface ShardedWish {
  readonly card: ModelCard
  /** How it may be opened, best first. */
  readonly plans: readonly EngineLoadOptions[]
  /** Why this node alone cannot: told where there are no other nodes. */
  readonly refusal: unknown
  readonly leases: MemoryLeases
  readonly memoryWaitMs: number
}

/**
 * Opens a model that this node can never hold alone, with some of its layers on other nodes. Everything that was lent is
 * given back when the engine ends, however; and the engine ends when a part of its model is lost.
 */
export type OpenShardedEngine = (
  wish: ShardedWish,
  watch: { readonly signal: AbortSignal; readonly onGrant: (grant: EngineGrant) => void },
) => Promise<TextEngine>

export const createOpenShardedEngine =
  (ports: OpenShardedPorts): OpenShardedEngine =>
  async (wish, watch) => {
    const { card, leases, refusal } = wish
    // Embeddings and scores come from models that are small.
    if (!card.capabilities.includes('chat')) throw refusal
    const version = await ports.driver.backendVersion()
    const held = await lend(ports, wish, version ?? null, watch.signal)
    let lost: string | undefined
    void held.ended.then((reason) => (lost ??= reason))
    try {
      const grant = await grantLocalPart(ports, wish, { held, version: version ?? 'unknown' }, watch.signal)
      watch.onGrant(grant)
      const layout = { ...held.grant, lost: () => lost }
      const engine = await ports.driver
        .load(card, grant.options, layout, watch.signal)
        .catch(async (error: unknown) => {
          await leases.release(grant.leaseId)
          throw watch.signal.aborted || lost === undefined ? error : lostFault(card, lost, error)
        })
      ports.log.info({ model: card.id, plan: held.grant.words }, 'model opened over several nodes')
      endTogether(engine, held)
      return engine
    } catch (error) {
      held.release()
      throw error
    }
  }

const lend = async (
  { lender }: OpenShardedPorts,
  { card, plans, refusal }: ShardedWish,
  version: string | null,
  signal: AbortSignal,
): Promise<HeldGrant<ShardGrant>> => {
  try {
    return await lender.lend(shardNeedsOf(card, plans, version), signal)
  } catch (error) {
    // A node by itself, or a service without a router: what this node said first is all that there is to say.
    const isAlone = error instanceof Fault && (error.code === 'not_found' || error.code === 'unavailable')
    if (isAlone && !signal.aborted) throw refusal
    throw error
  }
}

const grantLocalPart = async (
  { driver }: OpenShardedPorts,
  { card, leases, memoryWaitMs, plans }: ShardedWish,
  { held, version }: { readonly held: HeldGrant<ShardGrant>; readonly version: string },
  signal: AbortSignal,
): Promise<EngineGrant> => {
  const { localBytes: bytes, size } = held.grant
  const options = plans[size]
  if (options === undefined)
    throw new Fault('internal', 'The router has planned for a size that was not asked for.')
  const leaseId = await leases.acquire(
    { model: card.id, engine: driver.name, bytes, waitMs: memoryWaitMs },
    signal,
  )
  return { leaseId, bytes, engine: driver.name, engineVersion: version, options }
}

const endTogether = (engine: TextEngine, held: HeldGrant<ShardGrant>): void => {
  void engine.exited.then(() => held.release())
  // An idle engine would notice only with the next request, which would fail for it.
  void held.ended.then(() => engine.close())
}

const lostFault = ({ id }: ModelCard, reason: string, cause: unknown): Fault =>
  new Fault('engine_failed', `${id} could not be opened over several nodes: ${reason}. Try again.`, { cause })
