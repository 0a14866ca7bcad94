import type { ByteSource } from './byte-source.ts'
import { GgufDefect } from './gguf-defect.ts'
import type { GgufHeader, GgufValue } from './gguf-header.ts'
import { HeaderCursor } from './header-cursor.ts'
import { readMetadata } from './read-metadata.ts'
import { alignUp, checkPlacement, readTensors } from './read-tensors.ts'

const MAGIC = 'GGUF'
const DEFAULT_ALIGNMENT_BYTES = 32
/** Magic, version, two counts. */
const PREAMBLE_BYTES = 4 + 4 + 8 + 8

/**
 * Reads a GGUF header and checks all of it against the size of the file; never reads the weights.
 *
 * Our own, because a header is hostile input: model files come from strangers, and the readers at hand trust their
 * counts and lengths (they allocate what the file claims, and keep every token and merge). Here every count is bounded
 * by the bytes that are left, a bounded part of the file is read in chunks, and vocabularies are counted, not kept.
 *
 * @throws GgufDefect with a sentence for the file's owner
 */
export const readGgufHeader = async (source: ByteSource): Promise<GgufHeader> => {
  const cursor = new HeaderCursor(source)
  const { version, tensorCount, metadataCount } = await readPreamble(cursor)
  const { metadata, repeatedToken } = await readMetadata(cursor, metadataCount)
  const alignmentBytes = alignmentOf(metadata.get('general.alignment'))
  const tensors = await readTensors(cursor, tensorCount)
  checkPlacement(tensors, alignUp(cursor.offset, alignmentBytes), {
    alignmentBytes,
    fileSizeBytes: source.sizeBytes,
  })
  return { version, metadata, tensors, ...(repeatedToken === undefined ? {} : { repeatedToken }) }
}

const readPreamble = async (
  cursor: HeaderCursor,
): Promise<{ version: number; tensorCount: number; metadataCount: number }> => {
  if (cursor.bytesLeft === 0) throw new GgufDefect('The file is empty.')
  if (cursor.bytesLeft < PREAMBLE_BYTES) throw new GgufDefect('The file is too short to be a GGUF file.')
  await cursor.ensure(PREAMBLE_BYTES)
  if (cursor.latin1(4) !== MAGIC)
    throw new GgufDefect('It is not a GGUF file: it does not begin with "GGUF".')
  const version = cursor.uint32()
  if (version > 0 && version % 0x1_0000 === 0)
    throw new GgufDefect('It is a big-endian GGUF file, which does not run here.')
  if (version !== 2 && version !== 3)
    throw new GgufDefect(`It is GGUF version ${version}; versions 2 and 3 can be read.`)
  return {
    version,
    tensorCount: cursor.count('number of tensors'),
    metadataCount: cursor.count('number of metadata entries'),
  }
}

const alignmentOf = (value: GgufValue | undefined): number => {
  if (value === undefined) return DEFAULT_ALIGNMENT_BYTES
  const isPowerOfTwo = typeof value === 'number' && value > 0 && Number.isInteger(Math.log2(value))
  if (!isPowerOfTwo) throw new GgufDefect('Its general.alignment is not a power of two.')
  return value
}
