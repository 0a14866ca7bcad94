import { readFile } from 'node:fs/promises'
import { replaceFile } from './replace-file.ts'

export interface ManifestFile {
  /** What was saved last; empty when there is nothing that can be read. The values are for the reader to judge. */
  read(): Promise<Readonly<Record<string, unknown>>>
  /** Replaces the file as a whole: a reader never sees half of it. */
  write(manifests: Readonly<Record<string, unknown>>): Promise<void>
}

/** Keeps the manifests of the services for the next start of the router. Writes are made one after the other. */
export const createManifestFile = (path: string): ManifestFile => {
  let lastWrite: Promise<void> = Promise.resolve()
  return {
    async read() {
      try {
        const saved: unknown = JSON.parse(await readFile(path, 'utf8'))
        // Any object may be read by name; its values are checked by whoever uses them.
        return typeof saved === 'object' && saved !== null ? (saved as Record<string, unknown>) : {}
      } catch {
        return {}
      }
    },
    write(manifests) {
      lastWrite = lastWrite.catch(() => undefined).then(() => replaceFile(path, JSON.stringify(manifests)))
      return lastWrite
    },
  }
}
