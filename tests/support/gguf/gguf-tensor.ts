/** Element kinds: the id on disk, and the block of `blockElements` numbers that takes `blockBytes`. */
export const TENSOR_KINDS = {
  F32: { id: 0, blockElements: 1, blockBytes: 4 },
  F16: { id: 1, blockElements: 1, blockBytes: 2 },
  Q4_0: { id: 2, blockElements: 32, blockBytes: 18 },
  Q8_0: { id: 8, blockElements: 32, blockBytes: 34 },
} as const satisfies Record<string, { id: number; blockElements: number; blockBytes: number }>

export type TensorKind = keyof typeof TENSOR_KINDS

/** A tensor to be written. `shape[0]` is the length of a row, as in ggml (the reverse of numpy). */
export interface GgufTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly kind: TensorKind
  /** The data in pieces, the same ones on every call; together exactly `tensorSizeBytes`. */
  chunks(): Iterable<Uint8Array>
}

/** Bytes that a tensor's data takes on disk, without padding. Throws when a row is not whole blocks. */
export function tensorSizeBytes(tensor: Pick<GgufTensor, 'name' | 'shape' | 'kind'>): number {
  const { blockElements, blockBytes } = TENSOR_KINDS[tensor.kind]
  const [rowLength = 0] = tensor.shape
  if (rowLength % blockElements !== 0) {
    throw new Error(`${tensor.name}: a row of ${rowLength} is not whole blocks of ${blockElements}`)
  }
  const elements = tensor.shape.reduce((product, dimension) => product * dimension, 1)
  return (elements / blockElements) * blockBytes
}
