import { constantTensor } from './exact-weights.ts'
import { float32, uint32, type MetadataEntry } from './gguf-metadata.ts'
import type { GgufTensor } from './gguf-tensor.ts'
import type { MatrixMaker } from './random-weights.ts'

/** The epsilon of the RMS norms; exact models compute with it. */
export const NORM_EPSILON = 1e-5

/** The sizes of a llama model. */
export interface LlamaShape {
  readonly contextLength: number
  readonly embeddingLength: number
  readonly feedForwardLength: number
  readonly layers: number
  readonly heads: number
  readonly keyValueHeads: number
  readonly vocabularySize: number
  /** Whether the output matrix is the embedding matrix again. */
  readonly isTied: boolean
}

/** The `llama.*` entries. */
export function llamaMetadata(shape: LlamaShape): MetadataEntry[] {
  return [
    ['llama.context_length', uint32(shape.contextLength)],
    ['llama.embedding_length', uint32(shape.embeddingLength)],
    ['llama.block_count', uint32(shape.layers)],
    ['llama.feed_forward_length', uint32(shape.feedForwardLength)],
    ['llama.attention.head_count', uint32(shape.heads)],
    ['llama.attention.head_count_kv', uint32(shape.keyValueHeads)],
    ['llama.attention.layer_norm_rms_epsilon', float32(NORM_EPSILON)],
    ['llama.rope.dimension_count', uint32(shape.embeddingLength / shape.heads)],
    ['llama.rope.freq_base', float32(10_000)],
    ['llama.vocab_size', uint32(shape.vocabularySize)],
  ]
}

/** All tensors of a llama model; `matrix` fills the weights, the norms are ones. */
export function llamaTensors(shape: LlamaShape, matrix: MatrixMaker): GgufTensor[] {
  const { embeddingLength: width, vocabularySize } = shape
  const tensors = [
    matrix('token_embd.weight', [width, vocabularySize]),
    constantTensor('output_norm.weight', [width], 1),
  ]
  if (!shape.isTied) tensors.push(matrix('output.weight', [width, vocabularySize]))
  for (let layer = 0; layer < shape.layers; layer++) tensors.push(...layerTensors(shape, layer, matrix))
  return tensors
}

function layerTensors(shape: LlamaShape, layer: number, matrix: MatrixMaker): GgufTensor[] {
  const width = shape.embeddingLength
  const keyValueWidth = (width / shape.heads) * shape.keyValueHeads
  const name = (part: string) => `blk.${layer}.${part}.weight`
  return [
    constantTensor(name('attn_norm'), [width], 1),
    matrix(name('attn_q'), [width, width]),
    matrix(name('attn_k'), [width, keyValueWidth]),
    matrix(name('attn_v'), [width, keyValueWidth]),
    matrix(name('attn_output'), [width, width]),
    constantTensor(name('ffn_norm'), [width], 1),
    matrix(name('ffn_gate'), [width, shape.feedForwardLength]),
    matrix(name('ffn_up'), [width, shape.feedForwardLength]),
    matrix(name('ffn_down'), [shape.feedForwardLength, width]),
  ]
}
