import { ByteBuilder } from './byte-builder.ts'
import { brokenBytes, brokenHeader, withEntries, withRawEntry, type BrokenModel } from './broken-model.ts'
import type { GgufHeader, GgufTensorInfo } from './gguf-layout.ts'
import { text, uint32 } from './gguf-metadata.ts'

const ARRAY_KIND_ID = 9
const STRING_KIND_ID = 8
const UINT8_KIND_ID = 0

/** Files that are broken as a container: a careful reader refuses them before it knows what model it is. */
export const BROKEN_HEADERS: readonly BrokenModel[] = [
  brokenBytes('empty-file', 'no bytes at all', () => new Uint8Array(0)),
  brokenBytes('magic-only', 'the four magic bytes and nothing else', (sound) => sound.subarray(0, 4)),
  brokenBytes('web-page', 'what a failed download saves: HTML', () =>
    new TextEncoder().encode(`<!doctype html><title>404</title>${' '.repeat(4096)}`),
  ),
  brokenHeader('wrong-magic', 'begins with GGML', () => ({ magic: 'GGML' })),
  brokenHeader('version-99', 'claims format version 99', () => ({ version: 99 })),
  brokenHeader('big-endian-version', 'its version reads 3 in the other byte order', () => ({
    version: 0x03000000,
  })),
  brokenBytes('truncated-header', 'ends in the middle of its metadata', (sound, headerBytes) =>
    sound.subarray(0, headerBytes / 2),
  ),
  brokenBytes('truncated-tensors', 'ends in the middle of its tensor data', (sound, headerBytes) =>
    sound.subarray(0, headerBytes + (sound.length - headerBytes) / 2),
  ),
  brokenHeader('tensor-count-2-40', 'claims 2^40 tensors', () => ({ tensorCount: 2n ** 40n })),
  brokenHeader('metadata-count-2-40', 'claims 2^40 metadata entries', () => ({ metadataCount: 2n ** 40n })),
  brokenHeader('string-length-2-62', 'one string claims 2^62 bytes', (header) =>
    withRawEntry(header, STRING_KIND_ID, new ByteBuilder().uint64(2n ** 62n).build()),
  ),
  brokenHeader('array-length-2-61', 'one array claims 2^61 bytes', (header) =>
    withRawEntry(
      header,
      ARRAY_KIND_ID,
      new ByteBuilder()
        .number('uint32', UINT8_KIND_ID)
        .uint64(2n ** 61n)
        .build(),
    ),
  ),
  brokenHeader('nested-arrays', 'an array of arrays, 1,000 deep', (header) =>
    withRawEntry(header, ARRAY_KIND_ID, nestedArrays(1000)),
  ),
  brokenHeader('nested-arrays-100000', 'an array of arrays, 100,000 deep', (header) =>
    withRawEntry(header, ARRAY_KIND_ID, nestedArrays(100_000)),
  ),
  brokenHeader('unknown-metadata-kind', 'a metadata value of kind 99', (header) =>
    withRawEntry(header, 99, new Uint8Array(8)),
  ),
  brokenHeader('duplicate-metadata', 'the name is given twice', (header) =>
    withEntries(header, [['general.name', text('twice')]]),
  ),
  brokenHeader('zero-alignment', 'claims an alignment of 0', (header) =>
    withEntries(header, [['general.alignment', uint32(0)]]),
  ),
  brokenHeader('unknown-tensor-kind', 'a tensor of kind 999', (header) =>
    withFirstTensor(header, { kindId: 999 }),
  ),
  brokenHeader('tensor-dimensions-overflow', 'a tensor whose element count exceeds 2^64', (header) =>
    withFirstTensor(header, { dimensions: [2n ** 32n, 2n ** 32n, 2n ** 4n] }),
  ),
  brokenHeader('tensor-dimension-zero', 'a tensor with rows of length 0', (header) =>
    withFirstTensor(header, { dimensions: [0n, 64n] }),
  ),
  brokenHeader('tensor-with-9-dimensions', 'a tensor with nine dimensions', (header) =>
    withFirstTensor(header, { dimensions: Array.from({ length: 9 }, () => 1n) }),
  ),
  brokenHeader('tensor-offset-past-end', 'a tensor that begins 2^40 bytes into the data', (header) =>
    withFirstTensor(header, { offset: 2n ** 40n }),
  ),
  brokenHeader('duplicate-tensors', 'two tensors with the same name', (header) =>
    withFirstTensor(header, { name: header.tensors[1]?.name ?? '' }),
  ),
]

function withFirstTensor(header: GgufHeader, change: Partial<GgufTensorInfo>): Partial<GgufHeader> {
  return { tensors: header.tensors.map((tensor, index) => (index === 0 ? { ...tensor, ...change } : tensor)) }
}

/** The value of an array entry: each level is an array of one array, the innermost an empty one of bytes. */
function nestedArrays(depth: number): Uint8Array {
  const builder = new ByteBuilder()
  for (let level = 1; level < depth; level++) builder.number('uint32', ARRAY_KIND_ID).uint64(1n)
  return builder.number('uint32', UINT8_KIND_ID).uint64(0n).build()
}
