import type { ModelCard } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions } from '@shared/inference/text-engine.ts'
import { isRepacked, memoryParts, READ_AND_REPACKED } from './estimate-memory.ts'

/** One way to open a model, in pieces that can lie on different nodes; bytes. */
export interface ShardSizeEstimate {
  readonly contextTokens: number
  readonly slots: number
  readonly headBytes: number
  readonly layerBytes: number
  readonly localLayerBytes: number
}

/** Vocabularies are kept more exactly than the rest: a byte for each weight at least. */
const LEAST_BYTES_PER_WEIGHT = 1

/**
 * The estimate of `estimateMemoryBytes` in pieces, on the safe side of it: the matrix before the first block and the one
 * behind the last stay on the node that opens the model, and the file may hold one for both.
 */
export const estimateShardSize = (card: ModelCard, options: EngineLoadOptions): ShardSizeEstimate => {
  const { parameterCount, quantization, shape, sizeBytes } = card
  const parts = memoryParts(card, options)
  const bytesPerWeight = Math.max(LEAST_BYTES_PER_WEIGHT, sizeBytes / Math.max(1, parameterCount))
  const matrixBytes = Math.min(sizeBytes / 2, shape.vocabularySize * shape.embeddingLength * bytesPerWeight)
  const layerWeights = (sizeBytes - matrixBytes) / shape.blockCount
  const layerCache = parts.cache / shape.blockCount
  return {
    contextTokens: options.contextTokens,
    slots: options.slots,
    headBytes: Math.ceil(2 * matrixBytes + parts.activations + parts.vocabulary + parts.process),
    layerBytes: Math.ceil(layerWeights + layerCache),
    localLayerBytes: Math.ceil(
      layerWeights * (isRepacked(quantization) ? READ_AND_REPACKED : 1) + layerCache,
    ),
  }
}

/** What a node that lends takes beside its layers. */
export const estimateWorkerBytes = (card: ModelCard, options: EngineLoadOptions): number => {
  const { activations, process } = memoryParts(card, options)
  return activations + process
}
