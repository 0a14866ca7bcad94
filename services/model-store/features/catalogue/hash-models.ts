import type { Log } from '@shared/log/create-log.ts'
import type { Catalogue } from './catalogue.ts'
import type { FileHasher } from './file-hasher.ts'
import type { FoundFile } from './found-model.ts'

export interface HashPorts {
  readonly catalogue: Catalogue
  /** None: nothing is hashed. */
  readonly hasher: FileHasher | undefined
  /** Told of every piece that was hashed. */
  readonly onBytes: (byteCount: number) => void
  readonly log: Log
}

/** Where the computing of one file's sha256 stands. */
export type DigestProgress =
  | { readonly status: 'computed'; readonly sha256: string }
  | { readonly status: 'computing'; readonly hashedBytes: number }
  | { readonly status: 'waiting' }
  | { readonly status: 'failed' }

/**
 * Computes the sha256 of every file that has none, one at a time, small files first. What was computed is kept; a file
 * that was under way when the service ended is begun anew, and one that changed is computed again.
 */
export class HashModels {
  readonly #ports: HashPorts
  readonly #stop = new AbortController()
  /** States of files that could not be read; another state of the same file is tried again. */
  readonly #failed = new Set<string>()
  #current: { file: FoundFile; hashedBytes: number } | undefined
  #loop: Promise<void> | undefined

  constructor(ports: HashPorts) {
    this.#ports = ports
  }

  /** Looks for files without a digest; call when the catalogue has changed. */
  wake(): void {
    const { hasher } = this.#ports
    if (hasher === undefined || this.#stop.signal.aborted || this.#loop !== undefined) return
    this.#loop = this.#hashAll(hasher).finally(() => {
      this.#loop = undefined
    })
  }

  progressOf(file: FoundFile): DigestProgress {
    const sha256 = this.#ports.catalogue.digestOf(file)
    if (sha256 !== undefined) return { status: 'computed', sha256 }
    if (this.#current?.file.path === file.path)
      return { status: 'computing', hashedBytes: this.#current.hashedBytes }
    return { status: this.#failed.has(stateOf(file)) ? 'failed' : 'waiting' }
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #hashAll(hasher: FileHasher): Promise<void> {
    for (;;) {
      const file = this.#next()
      if (file === undefined || this.#stop.signal.aborted) return
      await this.#hashOne(file, hasher)
    }
  }

  #next(): FoundFile | undefined {
    const { catalogue } = this.#ports
    return catalogue.models
      .flatMap(({ found }) => found?.files ?? [])
      .filter((file) => catalogue.digestOf(file) === undefined && !this.#failed.has(stateOf(file)))
      .toSorted((left, right) => left.sizeBytes - right.sizeBytes)[0]
  }

  async #hashOne(file: FoundFile, hasher: FileHasher): Promise<void> {
    const { catalogue, log } = this.#ports
    const current = { file, hashedBytes: 0 }
    this.#current = current
    const count = (byteCount: number): void => {
      current.hashedBytes += byteCount
      this.#ports.onBytes(byteCount)
    }
    try {
      const hashed = await hasher.hash(file.path, count, this.#stop.signal)
      const isUnchanged = hashed.sizeBytes === file.sizeBytes && hashed.modifiedMs === file.modifiedMs
      if (isUnchanged) catalogue.addDigest({ file, sha256: hashed.sha256 })
      // The next scan will see its new state, which is another entry.
      else this.#failed.add(stateOf(file))
    } catch (error) {
      if (this.#stop.signal.aborted) return
      this.#failed.add(stateOf(file))
      log.warn({ err: error, path: file.path }, 'a model file could not be hashed')
    } finally {
      this.#current = undefined
    }
  }
}

const stateOf = ({ path, sizeBytes, modifiedMs, inode }: FoundFile): string =>
  [path, sizeBytes, modifiedMs, inode].join('\n')
