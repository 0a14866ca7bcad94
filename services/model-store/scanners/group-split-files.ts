import { basename } from 'node:path'
import type { WalkedFile } from './walk-models.ts'

/** llama.cpp's names for the parts of one model. */
const PART_NAME = /^(?<stem>.+)-(?<part>\d{5})-of-(?<count>\d{5})\.gguf$/i
/** An image projector of another model. */
const PROJECTOR_NAME = /mmproj/i

/** The files of one model in order, with the name that they share. */
export interface FileGroup {
  readonly stem: string
  readonly files: readonly [WalkedFile, ...WalkedFile[]]
}

/** Puts the parts of split models together. A group may lack parts: whoever looks inside will see. */
export const groupSplitFiles = (files: readonly WalkedFile[]): readonly FileGroup[] => {
  const groups = new Map<string, { stem: string; files: [WalkedFile, ...WalkedFile[]] }>()
  for (const file of files.toSorted((left, right) => (left.path < right.path ? -1 : 1))) {
    const name = basename(file.path)
    if (PROJECTOR_NAME.test(name)) continue
    const parts = PART_NAME.exec(name)?.groups
    const stem = parts?.stem ?? name.replace(/\.gguf$/i, '')
    const key =
      parts === undefined ? file.path : file.path.slice(0, -name.length) + stem + (parts.count ?? '')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { stem, files: [file] })
    else group.files.push(file)
  }
  return [...groups.values()]
}
