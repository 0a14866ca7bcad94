import { open } from 'node:fs/promises'

/** Bytes that are read in pieces, wherever they lie. */
export interface ByteSource {
  readonly sizeBytes: number
  /** Fills the start of `target` with what lies at `offset`; returns how many bytes came, 0 only at the end. */
  read(offset: number, target: Uint8Array): Promise<number>
}

/** Lends a file as bytes to `use`, and closes it whatever happens. */
export const withFileBytes = async <Result>(
  path: string,
  use: (source: ByteSource) => Promise<Result>,
): Promise<Result> => {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    return await use({
      sizeBytes: size,
      async read(offset, target) {
        const { bytesRead } = await file.read(target, 0, target.length, offset)
        return bytesRead
      },
    })
  } finally {
    await file.close()
  }
}
