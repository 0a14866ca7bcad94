import { lstat, realpath, statfs, unlink } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelDisk } from '../features/models/model-disk.ts'
import { isInside, realpathOrNone } from '../scanners/walk-models.ts'

export interface LocalModelDiskOptions {
  /** Skein's own models directory: the only place where anything is deleted. */
  readonly ownDirectory: string
  /** All places that are scanned. */
  readonly roots: readonly string[]
}

export const createLocalModelDisk = ({ ownDirectory, roots }: LocalModelDiskOptions): ModelDisk => ({
  async remove(paths) {
    const own = await realpath(ownDirectory)
    const resolved = await Promise.all(paths.map((path) => resolveInside(path, own)))
    let freedBytes = 0
    for (const path of resolved) freedBytes += await removeOne(path)
    return freedBytes
  },
  async usage() {
    const { bsize, blocks, bavail } = await statfs(ownDirectory)
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize, path: ownDirectory }
  },
  async resolveInRoots(path) {
    const real = isAbsolute(path) && !path.includes('\0') ? await realpathOrNone(path) : undefined
    const realRoots = await Promise.all(roots.map(realpathOrNone))
    const isAllowed =
      real !== undefined && realRoots.some((root) => root !== undefined && isInside(real, root))
    if (isAllowed) return real
    throw new Fault(
      'forbidden',
      'Only places that are configured for models are scanned: GET /models/storage names the directory, MODEL_STORE_PATHS adds others.',
      { param: 'paths' },
    )
  },
})

/** The path with its directory resolved; the last name stays as it is, so that a link is not followed. */
const resolveInside = async (path: string, own: string): Promise<string> => {
  const directory = await realpathOrNone(dirname(path))
  if (directory !== undefined && isInside(directory, own)) return join(directory, basename(path))
  throw new Fault('forbidden', "The file is not in Skein's own models directory; it is left alone.")
}

const removeOne = async (path: string): Promise<number> => {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return 0
  await unlink(path)
  return found.isFile() && found.nlink === 1 ? found.size : 0
}
