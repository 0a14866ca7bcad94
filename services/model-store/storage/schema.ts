import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Every model file that was ever seen here, by the path of its first part. Absent ones keep their id for a while. */
export const modelRecords = sqliteTable('model_records', {
  path: text('path').primaryKey(),
  /** Null for files that are not models of their own. */
  id: text('id'),
  /** JSON of `FoundModel`. */
  found: text('found').notNull(),
  /** JSON of `Inspection`, and the version of the inspector that made it. */
  inspection: text('inspection').notNull(),
  inspectorVersion: integer('inspector_version').notNull(),
  firstSeenMs: integer('first_seen_ms').notNull(),
  /** Null while the file is there. */
  absentSinceMs: integer('absent_since_ms'),
})

/** sha256 of file contents. A row holds for exactly this size, time and inode; a changed file has none. */
export const fileDigests = sqliteTable('file_digests', {
  path: text('path').primaryKey(),
  sizeBytes: integer('size_bytes').notNull(),
  modifiedMs: integer('modified_ms').notNull(),
  inode: text('inode').notNull(),
  sha256: text('sha256').notNull(),
})

/** One row: how often the catalogue has changed. */
export const catalogueRevision = sqliteTable('catalogue_revision', {
  id: integer('id').primaryKey(),
  revision: integer('revision').notNull(),
})

/** Memory that was granted when this service last ran; holders confirm or replace it by their next report. */
export const grantedLeases = sqliteTable('granted_leases', {
  leaseId: text('lease_id').primaryKey(),
  service: text('service').notNull(),
  instance: text('instance').notNull(),
  address: text('address').notNull(),
  model: text('model').notNull(),
  engine: text('engine').notNull(),
  bytes: integer('bytes').notNull(),
})
