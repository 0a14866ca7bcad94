import { readFile, rm, writeFile } from 'node:fs/promises'
import { Fault } from '@shared/fault/fault.ts'

/** A lock file with our own process id may be an earlier process's: in a container ids come again. */
const heldHere = new Set<string>()

/**
 * Makes this call the only one that works in a folder, until the returned function is called. A lock whose process is
 * gone is taken over.
 * @throws Fault `conflict` while another one holds it
 */
export const takeBuildLock = async (path: string): Promise<() => Promise<void>> => {
  if (!(await claim(path))) {
    const holder = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10)
    if (heldHere.has(path) || (holder !== process.pid && isRunning(holder))) {
      throw new Fault('conflict', `Process ${holder} is building this already; wait for it, or stop it.`)
    }
    await rm(path, { force: true })
    if (!(await claim(path))) throw new Fault('conflict', 'Another process began to build this just now.')
  }
  heldHere.add(path)
  return async () => {
    heldHere.delete(path)
    await rm(path, { force: true })
  }
}

const claim = async (path: string): Promise<boolean> => {
  try {
    await writeFile(path, `${process.pid}\n`, { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

const isRunning = (processId: number): boolean => {
  if (!Number.isSafeInteger(processId) || processId <= 0) return false
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    // Not ours to signal, but there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
