import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { encodeGgufHeader, ggufHeader, paddedSizeBytes, type GgufPlan } from './gguf-layout.ts'
import { tensorSizeBytes, type GgufTensor } from './gguf-tensor.ts'

/**
 * Writes a GGUF v3 file, one chunk in memory at a time.
 * The file appears at `path` whole or not at all: it grows at `<path>.part`, is synced and then renamed.
 * One writer per path at a time. Throws when a tensor yields more or fewer bytes than its shape claims.
 */
export async function writeGguf(path: string, plan: GgufPlan): Promise<void> {
  await writeWholeFile(path, async (file) => {
    await writeFully(file, encodeGgufHeader(ggufHeader(plan)))
    for (const tensor of plan.tensors) await writeTensor(file, tensor)
  })
}

/** Lets `write` fill `<path>.part`, then syncs it and renames it to `path`; on an error nothing is left. */
export async function writeWholeFile(
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const partPath = `${path}.part`
  try {
    const file = await open(partPath, 'w')
    try {
      await write(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partPath, path)
  } catch (error) {
    await rm(partPath, { force: true })
    throw error
  }
}

/** Writes all of `bytes`, however few of them the system takes at a time. */
export async function writeFully(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written)
    written += bytesWritten
  }
}

async function writeTensor(file: FileHandle, tensor: GgufTensor): Promise<void> {
  const sizeBytes = tensorSizeBytes(tensor)
  let written = 0
  for (const chunk of tensor.chunks()) {
    await writeFully(file, chunk)
    written += chunk.length
  }
  if (written !== sizeBytes) {
    throw new Error(`${tensor.name}: ${written} bytes of data where its shape claims ${sizeBytes}`)
  }
  await writeFully(file, new Uint8Array(paddedSizeBytes(tensor) - sizeBytes))
}
