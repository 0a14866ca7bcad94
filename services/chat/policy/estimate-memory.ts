import type { ModelCard } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions } from '@shared/inference/text-engine.ts'
import { LARGEST_BATCH_TOKENS } from './prefill-chunk.ts'

const MEBIBYTE = 2 ** 20
/** A process with the engine's libraries in it, before it opens a model. */
const PROCESS_BYTES = 96 * MEBIBYTE
/** Measured: text, score and hash entries of one token, in the engine and around it. */
const TOKEN_ENTRY_BYTES = 600
/** One logit, and the candidate with its id, logit and probability that the samplers sort. */
const SAMPLING_BYTES = 4 + 12
/** Keys and values are 16-bit floats. */
const CACHE_VALUE_BYTES = 2
/** llama.cpp rounds each slot's context up to this. */
const CONTEXT_STEP_TOKENS = 256
/** Vectors of the embedding length that one token of a batch needs on its way through a layer. */
const ACTIVATIONS = 24

/** Quantisations whose weights llama.cpp copies into another order for the processor, mostly or wholly. */
const REPACKED = /^(Q4_0|Q4_K|Q2_K|IQ4_NL|MXFP4)/

/** Whether the engine keeps a reordered copy of the weights: then mapping the file as well would hold them twice. */
export const isRepacked = (quantization: string): boolean => REPACKED.test(quantization)

export interface WeightsPlace {
  /** The file is mapped into memory rather than read into it. */
  readonly isFileMapped: boolean
}

/**
 * Memory that an open model takes when all of its context is in use, in bytes:
 *
 *     weights        size of the file; repacked ones × 2 beside a mapped file, × 1.25 when they are read
 *                    (tensors that are used in both orders exist twice)
 *   + cache          2 × (key length + value length) × key-value heads × layers × context × slots
 *   + activations    4 × 24 × embedding length × 512 tokens of a batch
 *   + sampling       16 × vocabulary × slots
 *   + vocabulary     600 × vocabulary
 *   + process        96 MiB
 */
export const estimateMemoryBytes = (
  card: ModelCard,
  options: EngineLoadOptions,
  { isFileMapped }: WeightsPlace = { isFileMapped: true },
): number => {
  const { activations, cache, process, vocabulary } = memoryParts(card, options)
  const { quantization, sizeBytes } = card
  const weights = isRepacked(quantization) ? sizeBytes * (isFileMapped ? 2 : READ_AND_REPACKED) : sizeBytes
  return Math.ceil(weights + cache + activations + vocabulary + process)
}

/** Weights that are read into memory and then partly kept in another order too, as a multiple of the file. */
export const READ_AND_REPACKED = 1.25

/** Everything of the estimate but the weights, in bytes. */
export const memoryParts = ({ shape }: Pick<ModelCard, 'shape'>, options: EngineLoadOptions) => {
  const context = Math.ceil(options.contextTokens / CONTEXT_STEP_TOKENS) * CONTEXT_STEP_TOKENS
  const headBytes = CACHE_VALUE_BYTES * (shape.keyLength + shape.valueLength)
  return {
    cache: headBytes * shape.keyValueHeadCount * shape.blockCount * context * options.slots,
    activations: 4 * ACTIVATIONS * shape.embeddingLength * LARGEST_BATCH_TOKENS,
    vocabulary: shape.vocabularySize * (TOKEN_ENTRY_BYTES + SAMPLING_BYTES * options.slots),
    process: PROCESS_BYTES,
  }
}
