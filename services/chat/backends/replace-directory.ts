import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Moves a finished folder to its place; what was there is gone afterwards. Programs that run from it keep running. */
export const replaceDirectory = async (finished: string, target: string): Promise<void> => {
  const old = `${target}.old`
  await mkdir(dirname(target), { recursive: true })
  await rm(old, { recursive: true, force: true })
  await rename(target, old).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  })
  await rename(finished, target)
  await rm(old, { recursive: true, force: true })
}
