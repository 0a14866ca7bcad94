import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { External } from '@service/model-store/features/externals/external.ts'
import { createExternalFiles } from '@service/model-store/storage/external-files.ts'
import { Fault } from '@shared/fault/fault.ts'
import { createLog } from '@shared/log/create-log.ts'

const log = createLog('test', 'silent')
let directory = ''
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'skein-external-files-')), 'externals')
})
afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }))

const external: External = {
  id: 'ext_1a',
  name: 'studio',
  url: 'http://studio.local:11434',
  kind: 'auto',
  hasKey: true,
  allowedModels: ['a'],
  slots: 8,
  addedAt: '2026-01-01T00:00:00.000Z',
  machine: {
    product: 'ollama',
    version: '0.12.1',
    models: [{ name: 'a', capabilities: ['chat'], contextLength: 4096, digest: 'ab' }],
  },
}

test('what was saved is there after a restart, in files for its owner alone', () => {
  const files = createExternalFiles(directory, log)
  expect(files.load()).toEqual([])
  files.saveKey(external.id, 'sk-secret')
  files.save([external])
  const again = createExternalFiles(directory, log)
  expect(again.load()).toEqual([external])
  expect(again.readKey(external.id)).toBe('sk-secret')
  for (const path of [join(directory, 'list.json'), again.keyPath(external.id)])
    expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  again.removeKey(external.id)
  again.removeKey(external.id)
  expect(again.readKey(external.id)).toBeUndefined()
})

test.each(['{', '[]', '{"version":2,"externals":[]}', '{"version":1,"externals":[{"id":"../x"}]}'])(
  'a list that is broken is used by nobody and never written over: %j',
  (content) => {
    createExternalFiles(directory, log).save([])
    writeFileSync(join(directory, 'list.json'), content)
    const files = createExternalFiles(directory, log)
    expect(files.load()).toEqual([])
    expect(() => files.save([external])).toThrow(Fault)
    expect(readFileSync(join(directory, 'list.json'), 'utf8')).toBe(content)
  },
)
