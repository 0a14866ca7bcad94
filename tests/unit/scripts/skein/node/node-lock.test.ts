import { afterAll, afterEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { holdNodeLock, isNodeLockHeld } from '../../../../../scripts/skein/node/node-lock.ts'

const directory = mkdtempSync(join(tmpdir(), 'skein-lock-'))
const path = join(directory, 'skein.lock')
const MODULE = join(import.meta.dir, '../../../../../scripts/skein/node/node-lock.ts')

afterEach(() => rmSync(path, { force: true }))
afterAll(() => rmSync(directory, { recursive: true }))

/** Another process that holds the lock until it is killed. */
const holdElsewhere = async () => {
  const script = `
    import { holdNodeLock } from ${JSON.stringify(MODULE)}
    console.log(holdNodeLock(${JSON.stringify(path)}) === undefined ? 'refused' : 'held')
    Bun.gc(true)
    setInterval(() => {}, 1000)`
  const other = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe' })
  const { value } = await other.stdout.getReader().read()
  expect(new TextDecoder().decode(value).trim()).toBe('held')
  return other
}

test('only one process holds it; others see that', async () => {
  expect(isNodeLockHeld(path)).toBe(false)
  const other = await holdElsewhere()
  expect(isNodeLockHeld(path)).toBe(true)
  expect(holdNodeLock(path)).toBeUndefined()
  other.kill('SIGKILL')
  await other.exited
})

test('is free again when its process was killed', async () => {
  const other = await holdElsewhere()
  other.kill('SIGKILL')
  await other.exited
  expect(isNodeLockHeld(path)).toBe(false)
  const lock = holdNodeLock(path)
  expect(lock).toBeDefined()
  lock?.release()
})

test('is free again when it was released, and looking at it does not take it', () => {
  holdNodeLock(path)?.release()
  expect(isNodeLockHeld(path)).toBe(false)
  expect(isNodeLockHeld(path)).toBe(false)
  holdNodeLock(path)?.release()
})
