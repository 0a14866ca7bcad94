import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createManifestFile } from '@service/router/adapters/manifest-file.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-test-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

test('what was written is read again, by this user alone, and nothing else is left', async () => {
  const path = join(directory, 'run', 'routes.json')
  const file = createManifestFile(path)
  await file.write({ chat: { version: '1' } })
  await file.write({ chat: { version: '2' } })
  expect(await file.read()).toEqual({ chat: { version: '2' } })
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(directory, 'run'))).toEqual(['routes.json'])
})

test('a file that is missing, cut or something else is as good as empty', async () => {
  const path = join(directory, 'routes.json')
  const file = createManifestFile(path)
  expect(await file.read()).toEqual({})
  for (const text of ['', '{"chat":', 'null', '"chat"', '\0']) {
    writeFileSync(path, text)
    expect(await file.read()).toEqual({})
  }
})
