import { Database } from 'bun:sqlite'

export interface NodeLock {
  release(): void
}

/** How long a lock that somebody only looks at (`isNodeLockHeld`) may keep us waiting. */
const PATIENCE_MS = 500

/** A database that nothing refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<Database>()

/**
 * Makes this process the one that runs the node of a data directory; undefined while another one does. The lock is
 * SQLite's own on an empty file: the kernel frees it with its process, however that ends, so there is no stale lock and
 * no process id that may be another's by now.
 */
export const holdNodeLock = (path: string): NodeLock | undefined => {
  const database = openLocked(path, 'BEGIN EXCLUSIVE', PATIENCE_MS)
  if (database === undefined) return undefined
  held.add(database)
  return {
    release() {
      held.delete(database)
      database.close()
    },
  }
}

/** Whether a node runs on this data directory. */
export const isNodeLockHeld = (path: string): boolean => {
  // Only a shared lock: looking must not look like running.
  const database = openLocked(path, 'BEGIN; SELECT count(*) FROM sqlite_master', 0)
  database?.close()
  return database === undefined
}

const openLocked = (path: string, statement: string, patienceMs: number): Database | undefined => {
  const database = new Database(path, { create: true })
  try {
    database.run(`PRAGMA busy_timeout = ${patienceMs}`)
    database.run(statement)
    return database
  } catch (error) {
    database.close()
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') return undefined
    throw error
  }
}
