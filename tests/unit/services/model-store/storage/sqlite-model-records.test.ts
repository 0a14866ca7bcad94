import { expect, test } from 'bun:test'
import { join } from 'node:path'
import type { ModelRecord } from '@service/model-store/features/catalogue/model-records.ts'
import * as schema from '@service/model-store/storage/schema.ts'
import { createSqliteModelRecords } from '@service/model-store/storage/sqlite-model-records.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import { openDatabase } from '@shared/storage/open-database.ts'
import { REPOSITORY } from '../../../../support/source-files.ts'
import { foundModel, soundInspection } from '../features/catalogue/found-models.ts'

const open = () =>
  openDatabase({
    path: ':memory:',
    schema,
    migrationsDirectory: join(REPOSITORY, 'services/model-store/storage/migrations'),
    programVersion: '1',
  })

const record = (id: string | null, path: string): ModelRecord => ({
  id: id === null ? null : parseModelId(id)!,
  found: foundModel(path, {}, { repository: 'acme/x', license: 'MIT' }),
  inspection: soundInspection({ chatTemplate: '{{ "quotes" }}', metadata: { list: [1, 2], none: null } }),
  inspectorVersion: 3,
  firstSeenMs: 1_700_000_000_000,
  absentSinceMs: null,
})

test('an empty database is an empty catalogue', () => {
  const database = open()
  expect(createSqliteModelRecords(database).load()).toEqual({ revision: 0, records: [], digests: [] })
  database.close()
})

test('what is saved is loaded, word for word', () => {
  const database = open()
  const records = createSqliteModelRecords(database)
  const digest = {
    file: { path: '/a', sizeBytes: 2 ** 40, modifiedMs: 1_700_000_000_001, inode: '9' },
    sha256: 'ab',
  }
  const saved = [record('a', '/a'), { ...record(null, '/b'), absentSinceMs: 7 }]
  records.save({ revision: 4, records: saved, forgottenPaths: [], digests: [digest] })
  expect(records.load()).toEqual({ revision: 4, records: saved, digests: [digest] })
  database.close()
})

test('a record is replaced by its path, and a forgotten one goes with its digest', () => {
  const database = open()
  const records = createSqliteModelRecords(database)
  const digest = { file: { path: '/a', sizeBytes: 1, modifiedMs: 1, inode: '1' }, sha256: 'ab' }
  records.save({ revision: 1, records: [record('a', '/a')], forgottenPaths: [], digests: [digest] })
  records.save({ revision: 2, records: [record('renamed', '/a')], forgottenPaths: [], digests: [] })
  expect(records.load().records.map(({ id }) => id as string)).toEqual(['renamed'])
  records.save({ revision: 3, records: [], forgottenPaths: ['/a'], digests: [] })
  expect(records.load()).toEqual({ revision: 3, records: [], digests: [] })
  database.close()
})
