import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Permissions of the group and of others. */
const OTHERS = 0o077

/** Whether others than its owner may read or change a file of this mode. */
export const isOpenToOthers = ({ mode }: { readonly mode: number }): boolean => (mode & OTHERS) !== 0

/** Writes a file for its owner alone; it is on the disk before this returns. */
export const writePrivateDraft = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.chmod(0o600)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The same, as a whole: a reader sees the file from before or this one, never half of it. */
export const replacePrivateFile = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  await writePrivateDraft(draft, text)
  await rename(draft, path)
}
