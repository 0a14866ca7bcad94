import { expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findTestFolders } from '../../../../scripts/test-run/find-test-folders.ts'

test('finds every folder with tests, cheap ones first, and no others', () => {
  const repository = mkdtempSync(join(tmpdir(), 'skein-folders-'))
  const files = [
    'tests/zebra/z.test.ts',
    'tests/cluster/node.test.ts',
    'tests/unit/deep/er/a.test.ts',
    'tests/unit/b.test.ts',
    'tests/architecture/names.test.ts',
    'tests/support/no-test.ts',
    'tests/node_modules/x/x.test.ts',
  ]
  for (const file of files) {
    mkdirSync(dirname(join(repository, file)), { recursive: true })
    writeFileSync(join(repository, file), '')
  }
  const folders = findTestFolders(repository)
  rmSync(repository, { recursive: true })
  expect(folders.map(({ name }) => name)).toEqual(['architecture', 'unit', 'cluster', 'zebra'])
  expect(folders[1]?.files).toEqual(['tests/unit/b.test.ts', 'tests/unit/deep/er/a.test.ts'])
})
