import type { ModelCatalogue } from '@shared/contracts/model-catalogue.ts'
import { findModel } from '@shared/dialects/model-name.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { FoundFile } from './found-model.ts'
import { composeRemoteModels } from '../externals/compose-remote-models.ts'
import type { WatchedExternal } from '../externals/external.ts'
import { byTestThenId, knownModels, withoutSharedAliases } from './known-model.ts'
import type { KnownModel } from './known-model.ts'
import type { FileDigest, ModelRecord, ModelRecords } from './model-records.ts'

/**
 * All models of this node, in memory, kept by its `records`. Every change is on the disk before it is seen, and makes
 * the revision grow.
 */
export class Catalogue {
  readonly #store: ModelRecords
  readonly #records = new Map<string, ModelRecord>()
  readonly #digests = new Map<string, FileDigest>()
  #externals: readonly WatchedExternal[] = []
  #revision: number
  #models: readonly KnownModel[]
  #changed = Promise.withResolvers<void>()

  constructor(store: ModelRecords) {
    this.#store = store
    const { revision, records, digests } = store.load()
    for (const record of records) this.#records.set(record.found.files[0].path, record)
    for (const digest of digests) this.#digests.set(digest.file.path, digest)
    this.#revision = revision
    this.#models = this.#compose()
  }

  get revision(): number {
    return this.#revision
  }

  /** Models whose files are there, broken ones too, and those of other machines, also of such as do not answer. */
  get models(): readonly KnownModel[] {
    return this.#models
  }

  get snapshot(): ModelCatalogue {
    return { revision: this.#revision, models: this.#models.map(({ card }) => card) }
  }

  /** All records, absent ones too, by the path of their first file. */
  get records(): ReadonlyMap<string, ModelRecord> {
    return this.#records
  }

  /** By any name that a client may use. */
  find(name: string): KnownModel | undefined {
    const card = findModel(
      name,
      this.#models.map((model) => model.card),
    )
    return this.#models.find((model) => model.card === card)
  }

  /** @throws Fault `model_not_found` */
  get(name: string): KnownModel {
    const model = this.find(name)
    if (model !== undefined) return model
    throw new Fault('model_not_found', `There is no model '${name.slice(0, 200)}' on this node.`, {
      param: 'model',
    })
  }

  /** The sha256 of a file as it is now, if it was computed. */
  digestOf(file: FoundFile): string | undefined {
    const digest = this.#digests.get(file.path)
    return digest !== undefined && isSameState(digest.file, file) ? digest.sha256 : undefined
  }

  /** Takes changed records in and lets forgotten ones go; nothing happens when there are none. */
  change(records: readonly ModelRecord[], forgottenPaths: readonly string[] = []): void {
    if (records.length === 0 && forgottenPaths.length === 0) return
    this.#store.save({ revision: this.#revision + 1, records, forgottenPaths, digests: [] })
    for (const record of records) this.#records.set(record.found.files[0].path, record)
    for (const path of forgottenPaths) this.#records.delete(path)
    this.#announce()
  }

  addDigest(digest: FileDigest): void {
    this.#store.save({
      revision: this.#revision + 1,
      records: [],
      forgottenPaths: [],
      digests: [digest],
    })
    this.#digests.set(digest.file.path, digest)
    this.#announce()
  }

  /** Takes in how the servers of other machines are doing; nothing happens when their models are as before. */
  replaceExternals(externals: readonly WatchedExternal[]): void {
    this.#externals = externals
    if (Bun.deepEquals(this.#compose(), this.#models)) return
    this.#store.save({ revision: this.#revision + 1, records: [], forgottenPaths: [], digests: [] })
    this.#announce()
  }

  /** Resolves at the next change, at once when `revision` is not the current one. */
  async changedSince(revision: number): Promise<void> {
    if (revision === this.#revision) await this.#changed.promise
  }

  /** Ends all waits as if something had changed; who waits looks again. */
  wakeAll(): void {
    const { resolve } = this.#changed
    this.#changed = Promise.withResolvers()
    resolve()
  }

  #announce(): void {
    this.#revision += 1
    this.#models = this.#compose()
    this.wakeAll()
  }

  #compose(): readonly KnownModel[] {
    const local = knownModels(this.#records.values(), (file) => this.digestOf(file))
    const remote = composeRemoteModels(this.#externals, local)
    return withoutSharedAliases([...local, ...remote].toSorted(byTestThenId))
  }
}

export const isSameState = (left: FoundFile, right: FoundFile): boolean =>
  left.path === right.path &&
  left.sizeBytes === right.sizeBytes &&
  left.modifiedMs === right.modifiedMs &&
  left.inode === right.inode
