import { join } from 'node:path'
import type { ResponseStore } from '@service/chat/features/responses/response-store.ts'
import * as schema from '@service/chat/storage/schema.ts'
import { createSqliteResponseStore } from '@service/chat/storage/sqlite-response-store.ts'
import { openDatabase } from '@shared/storage/open-database.ts'
import { REPOSITORY } from './source-files.ts'

/** The real store, in memory. */
export const createTestResponseStore = (path = ':memory:'): ResponseStore & { close(): void } => {
  const database = openDatabase({
    path,
    schema,
    migrationsDirectory: join(REPOSITORY, 'services/chat/storage/migrations'),
    programVersion: '1',
  })
  return { ...createSqliteResponseStore(database), close: () => database.close() }
}
