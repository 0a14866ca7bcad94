import { Database } from 'bun:sqlite'
import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Fault } from '@shared/fault/fault.ts'
import { drizzle } from 'drizzle-orm/bun-sqlite'
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite'
import { migrate } from 'drizzle-orm/bun-sqlite/migrator'
import { readMigrationFiles } from 'drizzle-orm/migrator'

/** How long a statement waits for another process that writes. */
const BUSY_TIMEOUT_MS = 5000
const IN_MEMORY = ':memory:'

export interface DatabaseOptions<Schema extends Record<string, unknown>> {
  /** Of the file; its directory is made (mode 0700). `:memory:` for tests. */
  readonly path: string
  /** The tables, as drizzle declares them. */
  readonly schema: Schema
  /** Directory of the SQL migrations that drizzle-kit wrote for this schema. */
  readonly migrationsDirectory: string
  /** Version of the program, for the message when the file is newer. */
  readonly programVersion: string
}

export interface OpenDatabase<Schema extends Record<string, unknown>> {
  readonly orm: BunSQLiteDatabase<Schema>
  /** Writes the log into the file and closes it. Idempotent. */
  close(): void
}

/**
 * Opens (and when needed makes) a SQLite file and brings its schema up to date. A commit is on the disk when it returns
 * (WAL with `synchronous=FULL`), so a kill at any moment leaves the last commit.
 * @throws Fault `conflict` when a newer program wrote the file; `not_supported` when it cannot be read as a database
 */
export const openDatabase = <Schema extends Record<string, unknown>>(
  options: DatabaseOptions<Schema>,
): OpenDatabase<Schema> => {
  const database = openFile(options.path)
  try {
    const orm = drizzle(database, { schema: options.schema })
    refuseNewerSchema(database, options)
    migrate(orm, { migrationsFolder: options.migrationsDirectory })
    return { orm, close: () => database.close() }
  } catch (error) {
    database.close()
    throw error
  }
}

const openFile = (path: string): Database => {
  if (path !== IN_MEMORY) mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  let database: Database | undefined
  try {
    database = new Database(path, { create: true, strict: true })
    if (path !== IN_MEMORY) chmodSync(path, 0o600)
    database.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
    database.run('PRAGMA journal_mode = WAL')
    database.run('PRAGMA synchronous = FULL')
    database.run('PRAGMA foreign_keys = ON')
    return database
  } catch (error) {
    database?.close()
    throw new Fault(
      'not_supported',
      `${path} cannot be opened as a SQLite database: ${messageOf(error)}. Check its owner and disk, or move it away to begin anew.`,
      { cause: error },
    )
  }
}

/** Migrations go forward only: a file with one that this program does not have is from a newer program. */
const refuseNewerSchema = (
  database: Database,
  { path, migrationsDirectory, programVersion }: DatabaseOptions<Record<string, unknown>>,
): void => {
  const known = readMigrationFiles({ migrationsFolder: migrationsDirectory })
  const applied = appliedHashes(database)
  const hashes = new Set(known.map((migration) => migration.hash))
  if (applied.every((hash) => hashes.has(hash))) return
  throw new Fault(
    'conflict',
    `${path} has schema version ${applied.length}, written by a newer Skein; this one (${programVersion}) knows version ${known.length}. Start the newer Skein, or restore the file from before the update.`,
  )
}

const appliedHashes = (database: Database): readonly string[] => {
  const table = database.query("SELECT 1 FROM sqlite_master WHERE name = '__drizzle_migrations'").get()
  if (table === null) return []
  return database
    .query<{ hash: string }, []>('SELECT hash FROM __drizzle_migrations')
    .all()
    .map((row) => row.hash)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
