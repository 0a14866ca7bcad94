import type { ShardNeeds } from '@shared/contracts/shard-plan.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions } from '@shared/inference/text-engine.ts'
import { estimateShardSize, estimateWorkerBytes } from '../../policy/estimate-shards.ts'

/** What the router is told of a model that is to lie on several nodes. @param plans how it may be opened, best first */
export const shardNeedsOf = (
  card: ModelCard,
  plans: readonly EngineLoadOptions[],
  backendVersion: string | null,
): ShardNeeds => ({
  model: card.id,
  fileBytes: card.sizeBytes,
  layers: card.shape.blockCount,
  embeddingLength: card.shape.embeddingLength,
  workerBytes: Math.max(0, ...plans.map((options) => estimateWorkerBytes(card, options))),
  sizes: plans.map((options) => estimateShardSize(card, options)),
  backendVersion,
})
