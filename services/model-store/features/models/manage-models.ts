import { encodeToolpiperModel } from '@shared/dialects/toolpiper/toolpiper-models.ts'
import type { ToolpiperModelFile, ToolpiperModelView } from '@shared/dialects/toolpiper/toolpiper-models.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { HashModels } from '../catalogue/hash-models.ts'
import type { KnownModel } from '../catalogue/known-model.ts'
import type { ScanResult } from '../catalogue/scan-models.ts'
import type { LeaseDesk } from '../leases/lease-desk.ts'
import type { createDeleteModel } from './delete-model.ts'
import type { ModelDisk } from './model-disk.ts'
import { modelRuntimes } from './model-runtimes.ts'
import { toolpiperFiles, toolpiperView } from './model-views.ts'

export interface ManageModelsPorts {
  readonly catalogue: Catalogue
  readonly hashing: HashModels
  readonly desk: LeaseDesk
  readonly disk: ModelDisk
  readonly scan: () => Promise<ScanResult>
  readonly deleteModel: ReturnType<typeof createDeleteModel>
}

export interface ModelFilter {
  readonly capability?: string
  readonly engine?: string
}

/** What the owner of a node does with its models. */
export interface ManageModels {
  list(filter: ModelFilter): readonly ToolpiperModelView[]
  /** @throws Fault `model_not_found` */
  detail(name: string): {
    readonly view: ToolpiperModelView
    readonly files: readonly ToolpiperModelFile[]
    readonly metadata: Readonly<Record<string, unknown>>
  }
  storage(): Promise<object>
  /** @param paths what of the result is wanted; none: all */
  scan(paths: readonly string[]): Promise<object>
  readonly remove: ReturnType<typeof createDeleteModel>
}

export const createManageModels = (ports: ManageModelsPorts): ManageModels => {
  const { catalogue, desk, disk, hashing } = ports
  const views = (models: readonly KnownModel[]): readonly ToolpiperModelView[] => {
    const runtimes = modelRuntimes(desk)
    return models.map((model) => toolpiperView(model, runtimes.get(model.card.id)))
  }
  return {
    remove: ports.deleteModel,
    list: ({ capability, engine }) =>
      views(catalogue.models)
        .filter(({ card }) => capability === undefined || card.capabilities.some((own) => own === capability))
        .filter((view) => engine === undefined || encodeToolpiperModel(view).engine === engine),
    detail(name) {
      const model = catalogue.get(name)
      const [view] = views([model])
      if (view === undefined) throw new Fault('internal', 'A model has no view.')
      return { view, files: toolpiperFiles(model, hashing), metadata: model.facts.metadata }
    },
    async storage() {
      const models = catalogue.models
        .filter(({ remote }) => remote === undefined)
        .map(({ card: { id, sizeBytes } }) => ({ id, sizeBytes }))
      const usedBytes = models.reduce((total, { sizeBytes }) => total + sizeBytes, 0)
      const { totalBytes, freeBytes, path } = await disk.usage()
      return { totalBytes, freeBytes, usedBytes, models, path }
    },
    async scan(paths) {
      const real = await Promise.all(paths.map((path) => disk.resolveInRoots(path)))
      const { added, removed, skipped } = await ports.scan()
      const isWanted = ({ found }: KnownModel): boolean =>
        found !== undefined &&
        (real.length === 0 || [...paths, ...real].some((path) => isBelow(found.files[0].path, path)))
      const found = views(catalogue.models.filter(isWanted)).map(encodeToolpiperModel)
      return { found, added: added.length, removed: removed.length, skipped }
    },
  }
}

const isBelow = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(`${directory}/`)
