import { afterAll, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isOpenToOthers, replacePrivateFile } from '@shared/access/private-file.ts'

const directory = mkdtempSync(join(tmpdir(), 'skein-private-'))
afterAll(() => rmSync(directory, { recursive: true }))

test('a file is replaced as a whole and for its owner alone, whatever it was before; nothing else is left', async () => {
  const path = join(directory, 'new', 'secret.json')
  await replacePrivateFile(path, 'one')
  chmodSync(path, 0o644)
  expect(isOpenToOthers(statSync(path))).toBe(true)
  await replacePrivateFile(path, 'two')
  expect(readFileSync(path, 'utf8')).toBe('two')
  expect(isOpenToOthers(statSync(path))).toBe(false)
  expect(readdirSync(join(directory, 'new'))).toEqual(['secret.json'])
})

test('one bit for the group or for others is enough to be open', () => {
  const path = join(directory, 'modes')
  writeFileSync(path, '')
  for (const mode of [0o640, 0o604, 0o610, 0o601]) {
    chmodSync(path, mode)
    expect(isOpenToOthers(statSync(path))).toBe(true)
  }
})
