import { expect, test } from 'bun:test'
import { join } from 'node:path'
import * as schema from '@service/model-store/storage/schema.ts'
import { createSqliteLeaseRecords } from '@service/model-store/storage/sqlite-lease-records.ts'
import { openDatabase } from '@shared/storage/open-database.ts'
import { REPOSITORY } from '../../../../support/source-files.ts'

const lease = (leaseId: string) => ({
  leaseId,
  holder: { service: 'chat', instance: 'one', address: 'unix:/chat.sock' },
  model: 'tiny',
  engine: 'node-llama-cpp',
  grantedBytes: 2 ** 40,
})

test('the leases that were saved last are the ones that are loaded', () => {
  const database = openDatabase({
    path: ':memory:',
    schema,
    migrationsDirectory: join(REPOSITORY, 'services/model-store/storage/migrations'),
    programVersion: '1',
  })
  const records = createSqliteLeaseRecords(database)
  expect(records.load()).toEqual([])
  records.save([lease('a'), lease('b')])
  records.save([lease('b'), lease('c')])
  expect(records.load()).toEqual([lease('b'), lease('c')])
  records.save([])
  expect(records.load()).toEqual([])
  database.close()
})
