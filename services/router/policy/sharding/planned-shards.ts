import type { NodeId } from '../cluster/node-id.ts'
import type { NodePlatform } from '../cluster/node-topics.ts'

/** What a model takes in memory, in pieces that can lie on different nodes; as `ShardNeeds` of shared/contracts. */
export interface ShardWish {
  readonly model: string
  readonly fileBytes: number
  readonly layers: number
  readonly embeddingLength: number
  readonly workerBytes: number
  /** Best first. */
  readonly sizes: readonly ShardWishSize[]
  /** Null: the node that is to open the model has no program for it. */
  readonly backendVersion: string | null
}

export interface ShardWishSize {
  readonly contextTokens: number
  readonly slots: number
  readonly headBytes: number
  readonly layerBytes: number
  readonly localLayerBytes: number
}

/** One node, as far as a plan depends on it. */
export interface ShardNode {
  readonly nodeId: NodeId
  readonly name: string
  readonly isUp: boolean
  readonly isDraining: boolean
  /** Of its RPC worker; undefined: it has none. */
  readonly backendVersion: string | undefined
  readonly budgetBytes: number
  /** Budget without what models hold now. */
  readonly freeBytes: number
  /** It could open the model by itself if it had the memory. */
  readonly hasModel: boolean
  /** Undefined until measured. */
  readonly rttMs: number | undefined
  readonly bytesPerSecond: number | undefined
  readonly platform: NodePlatform | undefined
}

/** Why a node lends nothing. */
export type ShardRejection = 'down' | 'draining' | 'no-worker' | 'other-version' | 'no-memory' | 'failed'

export interface RejectedShardNode {
  readonly nodeId: NodeId
  readonly name: string
  readonly reason: ShardRejection
}

export interface PlannedWorker {
  readonly nodeId: NodeId
  readonly name: string
  readonly layers: number
  /** What it is asked to lend. */
  readonly bytes: number
}

/** What to expect of a plan. Nothing here promises speed: sharding makes a model fit, not fast. */
export interface ShardForecast {
  /** What the network adds to every token; null while a round trip is not measured. */
  readonly networkMsPerToken: number | null
  /** However fast the machines compute. */
  readonly tokensPerSecondAtMost: number | null
  /** Until the layers are on the other nodes; null while the bandwidth to one of them is not measured. */
  readonly transferSeconds: number | null
}

export type ShardPlan =
  | {
      /** One node alone can open it. */
      readonly type: 'not-needed'
      readonly node: Pick<ShardNode, 'nodeId' | 'name'>
      readonly words: string
    }
  | {
      readonly type: 'plan'
      /** Index in the wish's sizes. */
      readonly size: number
      readonly localLayers: number
      /** What the node that opens it needs for its own part. */
      readonly localBytes: number
      readonly workers: readonly PlannedWorker[]
      readonly forecast: ShardForecast
      readonly words: string
      readonly rejections: readonly RejectedShardNode[]
    }
  | {
      readonly type: 'impossible'
      readonly words: string
      /** For the smallest way to open it, over one other node. */
      readonly neededBytes: number
      /** Of all nodes that can take part. */
      readonly freeBytes: number
      readonly rejections: readonly RejectedShardNode[]
    }
