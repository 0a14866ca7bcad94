import { eq, inArray } from 'drizzle-orm'
import { parseModelId } from '@shared/dialects/model-name.ts'
import type { OpenDatabase } from '@shared/storage/open-database.ts'
import type { FoundModel } from '../features/catalogue/found-model.ts'
import type { Inspection } from '../features/catalogue/model-inspector.ts'
import type { FileDigest, ModelRecord, ModelRecords } from '../features/catalogue/model-records.ts'
import { catalogueRevision, fileDigests, modelRecords } from './schema.ts'
import type * as schema from './schema.ts'

const ONLY_ROW = 1

/** The catalogue in SQLite: one transaction a change. */
export const createSqliteModelRecords = ({ orm }: OpenDatabase<typeof schema>): ModelRecords => ({
  load: () => ({
    revision: orm.select().from(catalogueRevision).get()?.revision ?? 0,
    records: orm.select().from(modelRecords).all().map(recordOf),
    digests: orm.select().from(fileDigests).all().map(digestOf),
  }),
  save({ revision, records, forgottenPaths, digests }) {
    orm.transaction((transaction) => {
      for (const record of records) {
        const row = rowOf(record)
        transaction
          .insert(modelRecords)
          .values(row)
          .onConflictDoUpdate({ target: modelRecords.path, set: row })
          .run()
      }
      if (forgottenPaths.length > 0) {
        transaction
          .delete(modelRecords)
          .where(inArray(modelRecords.path, [...forgottenPaths]))
          .run()
        for (const path of forgottenPaths)
          transaction.delete(fileDigests).where(eq(fileDigests.path, path)).run()
      }
      for (const { file, sha256 } of digests) {
        const { path, sizeBytes, modifiedMs, inode } = file
        const row = { path, sizeBytes, modifiedMs, inode, sha256 }
        transaction
          .insert(fileDigests)
          .values(row)
          .onConflictDoUpdate({ target: fileDigests.path, set: row })
          .run()
      }
      const row = { id: ONLY_ROW, revision }
      transaction
        .insert(catalogueRevision)
        .values(row)
        .onConflictDoUpdate({ target: catalogueRevision.id, set: row })
        .run()
    })
  },
})

const rowOf = (record: ModelRecord): typeof modelRecords.$inferInsert => ({
  path: record.found.files[0].path,
  id: record.id,
  found: JSON.stringify(record.found),
  inspection: JSON.stringify(record.inspection),
  inspectorVersion: record.inspectorVersion,
  firstSeenMs: record.firstSeenMs,
  absentSinceMs: record.absentSinceMs,
})

const recordOf = (row: typeof modelRecords.$inferSelect): ModelRecord => ({
  id: (row.id === null ? undefined : parseModelId(row.id)) ?? null,
  // Both columns are written by `rowOf` alone, from the very types that they are read back as.
  found: JSON.parse(row.found) as FoundModel,
  // Likewise.
  inspection: JSON.parse(row.inspection) as Inspection,
  inspectorVersion: row.inspectorVersion,
  firstSeenMs: row.firstSeenMs,
  absentSinceMs: row.absentSinceMs,
})

const digestOf = ({ sha256, ...file }: typeof fileDigests.$inferSelect): FileDigest => ({ file, sha256 })
