import type { FoundModel } from './found-model.ts'

/**
 * Leaves one of several findings of the same file (two roots that overlap, two links to one blob): the first, which is
 * then known by the names of the others too.
 */
export const dropSameFiles = (found: readonly FoundModel[]): readonly FoundModel[] => {
  const byFile = new Map<string, FoundModel>()
  for (const model of found) {
    const { inode, sizeBytes, modifiedMs } = model.files[0]
    const key = `${inode} ${sizeBytes} ${modifiedMs}`
    const known = byFile.get(key)
    const aliases = known === undefined ? model.aliases : [...known.aliases, model.name, ...model.aliases]
    byFile.set(key, { ...(known ?? model), aliases })
  }
  return [...byFile.values()]
}
