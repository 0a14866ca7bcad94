import { afterAll, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { replaceDirectory } from '@service/chat/backends/replace-directory.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-replace-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const folder = (path: string, content: string): string => {
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'content'), content)
  return path
}

test('a folder comes to a place where none was, and its parents are made', async () => {
  const target = join(root, 'a', 'b', 'target')
  await replaceDirectory(folder(join(root, 'first'), 'new'), target)
  expect(readFileSync(join(target, 'content'), 'utf8')).toBe('new')
  expect(existsSync(join(root, 'first'))).toBe(false)
})

test('a folder replaces another wholly, and what an earlier try left goes too', async () => {
  const target = folder(join(root, 'c', 'target'), 'old')
  writeFileSync(join(target, 'only in the old one'), '')
  folder(`${target}.old`, 'older')
  await replaceDirectory(folder(join(root, 'second'), 'new'), target)
  expect(readdirSync(target)).toEqual(['content'])
  expect(readdirSync(join(root, 'c'))).toEqual(['target'])
})

test('when the new folder is not there, the place is left empty rather than half filled', async () => {
  const target = folder(join(root, 'd', 'target'), 'old')
  await expect(replaceDirectory(join(root, 'none'), target)).rejects.toThrow()
  expect(existsSync(target)).toBe(false)
})
