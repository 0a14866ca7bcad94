import { ByteBuilder } from './byte-builder.ts'
import { appendMetadata, type MetadataEntry } from './gguf-metadata.ts'
import { TENSOR_KINDS, tensorSizeBytes, type GgufTensor } from './gguf-tensor.ts'

/** Tensor data starts at multiples of this; the default of the format. */
export const ALIGNMENT_BYTES = 32

/** A whole GGUF file, described but not yet written: cheap to make even when the file is huge. */
export interface GgufPlan {
  readonly metadata: readonly MetadataEntry[]
  readonly tensors: readonly GgufTensor[]
}

/** What the header says of one tensor. `offset` counts from the start of the data section. */
export interface GgufTensorInfo {
  readonly name: string
  readonly dimensions: readonly bigint[]
  readonly kindId: number
  readonly offset: bigint
}

/** The header field by field, each free to be a lie. */
export interface GgufHeader {
  readonly magic: string
  readonly version: number
  readonly tensorCount: bigint
  readonly metadataCount: bigint
  readonly metadata: readonly MetadataEntry[]
  readonly tensors: readonly GgufTensorInfo[]
}

/** The honest header of a plan: tensors one after the other, each padded to the alignment. */
export function ggufHeader(plan: GgufPlan): GgufHeader {
  let offset = 0
  const tensors = plan.tensors.map((tensor): GgufTensorInfo => {
    const info = {
      name: tensor.name,
      dimensions: tensor.shape.map(BigInt),
      kindId: TENSOR_KINDS[tensor.kind].id,
      offset: BigInt(offset),
    }
    offset += paddedSizeBytes(tensor)
    return info
  })
  return {
    magic: 'GGUF',
    version: 3,
    tensorCount: BigInt(tensors.length),
    metadataCount: BigInt(plan.metadata.length),
    metadata: plan.metadata,
    tensors,
  }
}

/** The header's bytes, padded to where the tensor data starts. */
export function encodeGgufHeader(header: GgufHeader): Uint8Array<ArrayBuffer> {
  const builder = new ByteBuilder()
  builder.bytes(new TextEncoder().encode(header.magic)).number('uint32', header.version)
  builder.uint64(header.tensorCount).uint64(header.metadataCount)
  for (const entry of header.metadata) appendMetadata(builder, entry)
  for (const tensor of header.tensors) {
    builder.text(tensor.name).number('uint32', tensor.dimensions.length)
    for (const dimension of tensor.dimensions) builder.uint64(dimension)
    builder.number('uint32', tensor.kindId).uint64(tensor.offset)
  }
  return builder.padTo(ALIGNMENT_BYTES).build()
}

/** Bytes of a tensor's data with the padding behind it. */
export function paddedSizeBytes(tensor: GgufTensor): number {
  return Math.ceil(tensorSizeBytes(tensor) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES
}

/** Bytes of the file that a plan becomes. */
export function ggufSizeBytes(plan: GgufPlan): number {
  const headerBytes = encodeGgufHeader(ggufHeader(plan)).length
  return plan.tensors.reduce((total, tensor) => total + paddedSizeBytes(tensor), headerBytes)
}
