import { encodeGgufHeader, ggufHeader, ggufSizeBytes, type GgufPlan } from './gguf-layout.ts'
import { writeFully, writeWholeFile } from './gguf-writer.ts'
import { randomLlama } from './random-llama.ts'
import { SpmVocabulary } from './spm-vocabulary.ts'

/** What the sparse model claims to be: a llama of 56 billion weights in Q8_0, 60 GB. */
export function sparseModelPlan(): GgufPlan {
  return randomLlama({
    name: 'skein-test-sparse',
    description: 'A test model: all header, its 60 GB of weights are a hole in the file.',
    weights: 'Q8_0',
    seed: 13,
    vocabulary: new SpmVocabulary([]),
    shape: {
      contextLength: 8192,
      embeddingLength: 8192,
      feedForwardLength: 28_672,
      layers: 66,
      heads: 64,
      keyValueHeads: 8,
      isTied: true,
    },
  })
}

/**
 * Writes a valid llama of about 60 GB that takes a few kilobytes on disk: the tensor data is a hole, read as zeros.
 * For tests of memory limits; the file system must know sparse files (ext4, xfs, btrfs, tmpfs and APFS do).
 */
export async function writeSparseModel(path: string): Promise<void> {
  const plan = sparseModelPlan()
  await writeWholeFile(path, async (file) => {
    await writeFully(file, encodeGgufHeader(ggufHeader(plan)))
    await file.truncate(ggufSizeBytes(plan))
  })
}
