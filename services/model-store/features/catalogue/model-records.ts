import type { ModelId } from '@shared/inference/model-card.ts'
import type { FoundFile, FoundModel } from './found-model.ts'
import type { Inspection } from './model-inspector.ts'

/** What is remembered of one possible model. */
export interface ModelRecord {
  /** Null for files that are not models of their own. */
  readonly id: ModelId | null
  readonly found: FoundModel
  readonly inspection: Inspection
  /** `ModelInspector.version` that said so. */
  readonly inspectorVersion: number
  readonly firstSeenMs: number
  /** Null while its files are there. */
  readonly absentSinceMs: number | null
}

/** The sha256 of exactly this state of a file. */
export interface FileDigest {
  readonly file: FoundFile
  readonly sha256: string
}

export interface StoredCatalogue {
  /** Never goes back, not over restarts either. */
  readonly revision: number
  readonly records: readonly ModelRecord[]
  readonly digests: readonly FileDigest[]
}

export interface CatalogueChange {
  readonly revision: number
  readonly records: readonly ModelRecord[]
  /** Paths of first files whose records go for good. */
  readonly forgottenPaths: readonly string[]
  readonly digests: readonly FileDigest[]
}

/** Keeps the catalogue over restarts. A change is kept whole or not at all. */
export interface ModelRecords {
  load(): StoredCatalogue
  save(change: CatalogueChange): void
}
