import type { HeldGrant } from '@shared/contracts/held-grant.ts'
import type { ShardGrant, ShardNeeds } from '@shared/contracts/shard-plan.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions, TextEngine } from '@shared/inference/text-engine.ts'

/** Where the layers of a model lie. */
export interface ShardLayout extends Pick<ShardGrant, 'localLayers' | 'workers'> {
  /** Why one of the other nodes is lost; undefined while none is. It is told in place of the engine's own last words. */
  readonly lost: () => string | undefined
}

/** An engine that can have a part of its model on other nodes. */
export interface ShardedDriver {
  readonly name: string
  /** Of its RPC backend, as `RpcBackend.version`; undefined: the programs are not there. */
  backendVersion(): Promise<string | undefined>
  /** As `TextEngineDriver.load`. */
  load(
    card: ModelCard,
    options: EngineLoadOptions,
    layout: ShardLayout,
    signal: AbortSignal,
  ): Promise<TextEngine>
}

/** The router, which knows the other nodes. */
export interface ShardLender {
  /**
   * Gets layers of a model a place on other nodes.
   * @throws Fault `not_found` where there are no other nodes, else with the reason why it cannot be
   */
  lend(needs: ShardNeeds, signal: AbortSignal): Promise<HeldGrant<ShardGrant>>
}
