import type { ModelSource } from '@shared/inference/model-card.ts'

/** One file as it lies on the disk. Size, time and inode together tell whether it has changed. */
export interface FoundFile {
  /** Absolute; may be a link, then the rest is of what it leads to. */
  readonly path: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  /** Its number in the file system; not the device's, which may change with a restart of the machine. */
  readonly inode: string
  /** The sha256 that a cache promises by the name that it gave the file. */
  readonly promisedSha256?: string
}

/** One possible model, as a finder found it: where its files are and what they are called, not what is in them. */
export interface FoundModel {
  readonly source: ModelSource
  /** In order; an engine opens the first. Never empty. */
  readonly files: readonly [FoundFile, ...FoundFile[]]
  /** What its id is made from. */
  readonly name: string
  /** Other names that its place gives it, as they are written there. */
  readonly aliases: readonly string[]
  /** It lies in Skein's own models directory, so Skein may delete it. */
  readonly isOwned: boolean
  /** Repository and revision that it was downloaded from, where the place tells. */
  readonly repository?: string
  readonly revision?: string
  /** What Ollama keeps beside the weights. */
  readonly license?: string
  readonly template?: string
  /** Lines of `name value`, as in a Modelfile. */
  readonly parameters?: string
}

/** Finds the models of one place. */
export interface ModelFinder {
  readonly root: string
  /** Never rejects: what cannot be read is left out and logged. */
  find(): Promise<readonly FoundModel[]>
}
