import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Replaces a file as a whole: a reader never sees half of it. Its mode stays; a new file is for its owner alone. */
export const replaceTextFile = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const mode = (statSync(path, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777
  const draft = `${path}.${process.pid}.part`
  writeFileSync(draft, text, { mode })
  renameSync(draft, path)
}
