import type { GgufPlan } from './gguf-layout.ts'
import { generalMetadata } from './general-metadata.ts'
import { uint32, type MetadataEntry } from './gguf-metadata.ts'
import { llamaMetadata, llamaTensors, type LlamaShape } from './llama-shape.ts'
import { randomBlocks, randomFloats } from './random-weights.ts'

/** How llama.cpp makes one embedding of many token states. */
const POOLING = { mean: 1 } as const

/** What a random llama is made of. */
export interface RandomLlama {
  readonly name: string
  readonly description: string
  readonly weights: 'F32' | 'Q8_0' | 'Q4_0'
  readonly seed: number
  readonly vocabulary: { readonly size: number; metadata(): MetadataEntry[] }
  readonly shape: Omit<LlamaShape, 'vocabularySize'>
  /** Makes it an embedding model. */
  readonly pooling?: keyof typeof POOLING
}

/** A llama with random weights: fluent in nothing, but each token costs what its shape costs. */
export function randomLlama(model: RandomLlama): GgufPlan {
  const shape = { ...model.shape, vocabularySize: model.vocabulary.size }
  const matrix =
    model.weights === 'F32' ? randomFloats(model.seed, 0.09) : randomBlocks(model.weights, model.seed, 0.02)
  const pooling: MetadataEntry[] =
    model.pooling === undefined ? [] : [['llama.pooling_type', uint32(POOLING[model.pooling])]]
  return {
    metadata: [
      ...generalMetadata({ architecture: 'llama', ...model }),
      ...llamaMetadata(shape),
      ...pooling,
      ...model.vocabulary.metadata(),
    ],
    tensors: llamaTensors(shape, matrix),
  }
}
