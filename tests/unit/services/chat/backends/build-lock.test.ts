import { afterAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takeBuildLock } from '@service/chat/backends/build-lock.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-lock-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const lockPath = (): string => join(mkdtempSync(join(root, 'lock-')), 'lock')

test('a lock is held by one at a time', async () => {
  const path = lockPath()
  const unlock = await takeBuildLock(path)
  await expect(takeBuildLock(path)).rejects.toMatchObject({ code: 'conflict' })
  await unlock()
  expect(existsSync(path)).toBe(false)
  await (
    await takeBuildLock(path)
  )()
})

test('the lock of another process that runs is respected', async () => {
  const path = lockPath()
  writeFileSync(path, `${process.ppid}\n`)
  await expect(takeBuildLock(path)).rejects.toThrow(`Process ${process.ppid} is building this already`)
})

test('the lock of a process that is gone is taken over', async () => {
  const gone = Bun.spawn(['true'])
  await gone.exited
  for (const content of [`${gone.pid}\n`, '', 'nonsense', '-1', `${process.pid}\n`]) {
    const path = lockPath()
    writeFileSync(path, content)
    await (
      await takeBuildLock(path)
    )()
  }
})
