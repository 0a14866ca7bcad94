import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { Database } from 'bun:sqlite'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '@shared/fault/fault.ts'
import { openDatabase } from '@shared/storage/open-database.ts'
import { REPOSITORY } from '../../../support/source-files.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-database-'))
  migrations('known', [FIRST])
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const FIRST = 'CREATE TABLE notes (id integer PRIMARY KEY NOT NULL, text text NOT NULL);'
const SECOND = "ALTER TABLE notes ADD COLUMN colour text NOT NULL DEFAULT 'white';"
const BROKEN = 'ALTER TABLE nowhere ADD COLUMN colour text;'

/** A directory of migrations as drizzle-kit writes it. */
const migrations = (name: string, statements: readonly string[]): string => {
  const path = join(directory, name)
  mkdirSync(join(path, 'meta'), { recursive: true })
  const entries = statements.map((_statement, index) => ({
    idx: index,
    version: '6',
    when: 1000 + index,
    tag: `000${index}_step`,
    breakpoints: true,
  }))
  statements.forEach((statement, index) => writeFileSync(join(path, `000${index}_step.sql`), statement))
  writeFileSync(
    join(path, 'meta', '_journal.json'),
    JSON.stringify({ version: '7', dialect: 'sqlite', entries }),
  )
  return path
}

const path = (): string => join(directory, 'state', 'notes.sqlite')

const open = (migrationsName = 'known') =>
  openDatabase({
    path: path(),
    schema: {},
    migrationsDirectory: join(directory, migrationsName),
    programVersion: '1.2.3',
  })

const notes = (): unknown[] => {
  const database = new Database(path())
  const rows = database.query('SELECT * FROM notes').all()
  database.close()
  return rows
}

const faultOf = (action: () => unknown): Fault => {
  try {
    action()
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('expected a Fault')
}

describe('opening', () => {
  test('a new file is made with its tables, readable by its owner alone', () => {
    open().close()
    expect(notes()).toEqual([])
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, 'state')).mode & 0o777).toBe(0o700)
  })

  test('a commit is on the disk when it returns, and readers do not block writers', () => {
    const { orm, close } = open()
    expect(orm.all('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }])
    expect(orm.all('PRAGMA synchronous')).toEqual([{ synchronous: 2 }])
    expect(orm.all('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }])
    expect(orm.all('PRAGMA busy_timeout')).toEqual([{ timeout: 5000 }])
    close()
  })

  test('opening again keeps what was written', () => {
    const first = open()
    first.orm.run("INSERT INTO notes (text) VALUES ('kept')")
    first.close()
    first.close()
    open().close()
    expect(notes()).toEqual([{ id: 1, text: 'kept' }])
  })
})

describe('schemas', () => {
  test('an older file is brought up to date and keeps its rows', () => {
    const first = open()
    first.orm.run("INSERT INTO notes (text) VALUES ('old')")
    first.close()
    migrations('newer', [FIRST, SECOND])
    open('newer').close()
    expect(notes()).toEqual([{ id: 1, text: 'old', colour: 'white' }])
  })

  test('a newer file is refused with both versions, and not touched', () => {
    migrations('newer', [FIRST, SECOND])
    open('newer').close()
    const before = readFileSync(path())
    const fault = faultOf(() => open())
    expect(fault.code).toBe('conflict')
    expect(fault.message).toContain('schema version 2')
    expect(fault.message).toContain('(1.2.3) knows version 1')
    expect(readFileSync(path()).equals(before)).toBe(true)
  })

  test('a migration that fails leaves the file as it was', () => {
    const first = open()
    first.orm.run("INSERT INTO notes (text) VALUES ('old')")
    first.close()
    migrations('broken', [FIRST, SECOND, BROKEN])
    expect(() => open('broken')).toThrow()
    expect(notes()).toEqual([{ id: 1, text: 'old' }])
    open().close()
  })
})

test('a file that is no database is refused by name and left alone', () => {
  mkdirSync(join(directory, 'state'))
  writeFileSync(path(), 'this is not a database, but it is longer than a header of one '.repeat(40))
  const fault = faultOf(() => open())
  expect(fault.code).toBe('not_supported')
  expect(fault.message).toContain(path())
  expect(readFileSync(path(), 'utf8')).toStartWith('this is not')
})

test('a directory that cannot be written is a clear failure', () => {
  writeFileSync(join(directory, 'state'), 'a file in the way')
  expect(() => open()).toThrow()
})

test('a process that is killed in the middle of writing leaves whole transactions', async () => {
  open().close()
  // Two rows a transaction, as fast as it can; says so after the first hundred.
  const program = `
    import { openDatabase } from ${JSON.stringify(join(REPOSITORY, 'shared/storage/open-database.ts'))}
    const { orm } = openDatabase({ path: ${JSON.stringify(path())}, schema: {}, programVersion: '1',
      migrationsDirectory: ${JSON.stringify(join(directory, 'known'))} })
    for (let round = 0; round < 1e6; round++) {
      orm.transaction((transaction) => {
        transaction.run("INSERT INTO notes (text) VALUES ('one')")
        transaction.run("INSERT INTO notes (text) VALUES ('two')")
      })
      if (round === 100) process.stdout.write('going')
    }`
  const file = join(directory, 'writer.ts')
  writeFileSync(file, program)
  const child = Bun.spawn([process.execPath, file], { stdout: 'pipe', stderr: 'inherit' })
  await child.stdout.getReader().read()
  child.kill('SIGKILL')
  await child.exited
  const { orm, close } = open()
  expect(orm.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  const counts = orm.all<{ text: string; n: number }>('SELECT text, count(*) AS n FROM notes GROUP BY text')
  expect(counts).toHaveLength(2)
  expect(counts[0]!.n).toBeGreaterThan(100)
  expect(counts[0]!.n).toBe(counts[1]!.n)
  close()
})
