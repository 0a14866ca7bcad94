import type { External } from './external.ts'

/** Keeps the servers of other machines over restarts, and their keys apart from everything else. */
export interface ExternalRecords {
  /** In the order in which they were added. */
  load(): readonly External[]
  /** @throws Fault `conflict` when what is kept cannot be read and would be lost */
  save(externals: readonly External[]): void
  saveKey(id: string, key: string): void
  /** Undefined: it has none, or its file is gone. */
  readKey(id: string): string | undefined
  /** Absolute path of the file with the key alone in it. */
  keyPath(id: string): string
  /** Idempotent. */
  removeKey(id: string): void
}
