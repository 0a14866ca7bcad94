/** A file's sha256, with the state of the file after the last byte was read. */
export interface HashedFile {
  readonly sha256: string
  readonly sizeBytes: number
  readonly modifiedMs: number
}

/** Reads whole files, slowly enough that nobody who waits for the disk or the processor notices. */
export interface FileHasher {
  /**
   * @param onBytes told of every piece
   * @param signal gives up, with its reason
   */
  hash(path: string, onBytes: (byteCount: number) => void, signal: AbortSignal): Promise<HashedFile>
}
