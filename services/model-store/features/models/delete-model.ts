import { Fault } from '@shared/fault/fault.ts'
import type { ModelId, ModelSource } from '@shared/inference/model-card.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { FoundModel } from '../catalogue/found-model.ts'
import type { KnownModel } from '../catalogue/known-model.ts'
import type { LeaseDesk } from '../leases/lease-desk.ts'
import type { ModelDisk } from './model-disk.ts'

export interface DeletePorts {
  readonly catalogue: Catalogue
  readonly desk: LeaseDesk
  readonly disk: ModelDisk
  readonly scan: () => Promise<unknown>
  readonly log: Log
}

export interface DeletedModel {
  readonly id: ModelId
  readonly freedBytes: number
}

/** Whose a file is when it is not Skein's, and how its owner is told to let it go. */
const OWNER: Readonly<Record<ModelSource, string>> = {
  huggingface: "lies in Hugging Face's cache; delete it there with `hf cache delete`",
  ollama: "is Ollama's; delete it there with `ollama rm`",
  lmstudio: "is LM Studio's; delete it there, under My Models",
  skein: 'lies in a directory that MODEL_STORE_PATHS names; delete the file there yourself',
  external:
    'is on another machine; `skein external rm` takes that machine off this node, with all its models',
}

/**
 * Deletes a model's files, when they lie in Skein's own directory.
 * @throws Fault `conflict` for files of other programs, and for a model in memory: that must be unloaded first
 *   (`isForced` does it, unless the model is at work)
 */
export const createDeleteModel =
  ({ catalogue, desk, disk, scan, log }: DeletePorts) =>
  async (name: string, isForced: boolean): Promise<DeletedModel> => {
    const model = catalogue.get(name)
    const { id } = model.card
    const files = ownFiles(model)
    await unload(model, desk, isForced)
    const freedBytes = await disk.remove(files.map((file) => file.path))
    log.info({ model: id, freedBytes }, 'model deleted')
    await scan()
    return { id, freedBytes }
  }

const ownFiles = ({ card, found }: KnownModel): FoundModel['files'] => {
  if (found?.isOwned === true) return found.files
  throw new Fault(
    'conflict',
    `The model '${card.id}' ${OWNER[card.source]}. Skein deletes only what is in its own models directory.`,
    { param: 'id' },
  )
}

const unload = async ({ card }: KnownModel, desk: LeaseDesk, isForced: boolean): Promise<void> => {
  const isLoaded = desk.held().some(({ lease }) => lease.model === card.id)
  if (!isLoaded) return
  if (!isForced)
    throw new Fault(
      'conflict',
      `The model '${card.id}' is loaded. Unload it first, or delete with force=true.`,
    )
  if (!(await desk.unload(card.id)))
    throw new Fault(
      'conflict',
      `The model '${card.id}' is at work and cannot be unloaded now. Try again later.`,
    )
}
