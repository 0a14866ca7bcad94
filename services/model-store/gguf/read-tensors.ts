import { GGML_KINDS } from './ggml-kinds.ts'
import type { GgmlKind } from './ggml-kinds.ts'
import { GgufDefect } from './gguf-defect.ts'
import type { GgufTensor } from './gguf-header.ts'
import type { HeaderCursor } from './header-cursor.ts'

/** ggml's own limit, with the zero byte at the end. */
const LONGEST_NAME_BYTES = 63
const MOST_DIMENSIONS = 4
const MOST_TENSORS = 131_072
/** A name of one byte with its length, no dimensions, the kind and the offset. */
const LEAST_TENSOR_BYTES = 8 + 1 + 4 + 4 + 8

export interface PlacedTensor extends GgufTensor {
  /** Bytes from the start of the data section. */
  readonly offset: number
}

/** Reads `count` tensor descriptions. @throws GgufDefect */
export const readTensors = async (cursor: HeaderCursor, count: number): Promise<readonly PlacedTensor[]> => {
  if (count > MOST_TENSORS || count * LEAST_TENSOR_BYTES > cursor.bytesLeft) {
    throw new GgufDefect(`Its header claims ${count} tensors, which cannot be true.`)
  }
  const names = new Set<string>()
  const tensors: PlacedTensor[] = []
  for (let index = 0; index < count; index++) {
    const tensor = await readTensor(cursor)
    if (names.has(tensor.name)) throw new GgufDefect(`It has the tensor '${tensor.name}' twice.`)
    names.add(tensor.name)
    tensors.push(tensor)
  }
  return tensors
}

/** Checks that the tensors lie one after the other, as the engines require, and end inside the file. */
export const checkPlacement = (
  tensors: readonly PlacedTensor[],
  dataOffset: number,
  { alignmentBytes, fileSizeBytes }: { readonly alignmentBytes: number; readonly fileSizeBytes: number },
): void => {
  let expected = 0
  for (const { name, offset, sizeBytes } of tensors) {
    if (offset !== expected) throw new GgufDefect(`Its tensor '${name}' is not where it must be.`)
    if (dataOffset + offset + sizeBytes > fileSizeBytes) {
      throw new GgufDefect(`It is cut off: the tensor '${name}' ends beyond the end of the file.`)
    }
    expected = alignUp(offset + sizeBytes, alignmentBytes)
  }
}

export const alignUp = (offset: number, alignmentBytes: number): number =>
  Math.ceil(offset / alignmentBytes) * alignmentBytes

const readTensor = async (cursor: HeaderCursor): Promise<PlacedTensor> => {
  const name = await readName(cursor)
  await cursor.ensure(4)
  const dimensionCount = cursor.uint32()
  if (dimensionCount > MOST_DIMENSIONS) {
    throw new GgufDefect(`Its tensor '${name}' has ${dimensionCount} dimensions; 4 is the most.`)
  }
  await cursor.ensure(dimensionCount * 8 + 4 + 8)
  const dimensions = Array.from({ length: dimensionCount }, () => cursor.count(`size of '${name}'`))
  const kindId = cursor.uint32()
  const kind = GGML_KINDS.get(kindId)
  if (kind === undefined) throw new GgufDefect(`Its tensor '${name}' is of the unknown kind ${kindId}.`)
  const offset = cursor.count(`offset of '${name}'`)
  return { name, kind: kind.name, dimensions, offset, ...sizeOf(name, dimensions, kind) }
}

const readName = async (cursor: HeaderCursor): Promise<string> => {
  await cursor.ensure(8)
  const lengthBytes = cursor.count('length of a tensor name')
  if (lengthBytes > LONGEST_NAME_BYTES) {
    throw new GgufDefect(`It has a tensor whose name is ${lengthBytes} bytes long; 63 is the most.`)
  }
  await cursor.ensure(lengthBytes)
  return cursor.bytes(lengthBytes).toString('utf8')
}

const sizeOf = (
  name: string,
  dimensions: readonly number[],
  kind: GgmlKind,
): { elements: number; sizeBytes: number } => {
  const rowElements = dimensions[0] ?? 1
  if (rowElements % kind.blockElements !== 0) {
    throw new GgufDefect(
      `Its tensor '${name}' has rows of ${rowElements}, not whole blocks of ${kind.blockElements} (${kind.name}).`,
    )
  }
  // Doubles only grow in this product, so a true value beyond 2^53 cannot come out below it.
  const elements = dimensions.reduce((product, dimension) => product * dimension, 1)
  const sizeBytes = (elements / kind.blockElements) * kind.blockBytes
  if (!Number.isSafeInteger(elements) || !Number.isSafeInteger(sizeBytes)) {
    throw new GgufDefect(`Its tensor '${name}' claims an impossible size.`)
  }
  return { elements, sizeBytes }
}
