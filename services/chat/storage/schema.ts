import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Responses of the Responses API. */
export const responses = sqliteTable(
  'responses',
  {
    /** Grows with each response: the order in which they are forgotten. */
    key: integer('key').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    /** JSON of `ResponseResource`. */
    resource: text('resource').notNull(),
    isStreamed: integer('is_streamed', { mode: 'boolean' }).notNull(),
    isDone: integer('is_done', { mode: 'boolean' }).notNull(),
  },
  (table) => [index('responses_by_end').on(table.isDone, table.key)],
)

/** Items of conversations; those that go on from one another share them. */
export const responseItems = sqliteTable(
  'response_items',
  {
    key: integer('key').primaryKey({ autoIncrement: true }),
    id: text('id').notNull(),
    /** JSON of `ResponseItem`. */
    item: text('item').notNull(),
  },
  (table) => [index('response_items_by_id').on(table.id)],
)

/** Which items a response was made from, and which it is made of. */
export const responseParts = sqliteTable(
  'response_parts',
  {
    responseKey: integer('response_key')
      .notNull()
      .references(() => responses.key, { onDelete: 'cascade' }),
    side: text('side', { enum: ['input', 'output'] }).notNull(),
    position: integer('position').notNull(),
    itemKey: integer('item_key')
      .notNull()
      .references(() => responseItems.key),
  },
  (table) => [
    primaryKey({ columns: [table.responseKey, table.side, table.position] }),
    index('response_parts_by_item').on(table.itemKey),
  ],
)

/** Events of streamed responses, as they were sent. */
export const responseEvents = sqliteTable(
  'response_events',
  {
    responseKey: integer('response_key')
      .notNull()
      .references(() => responses.key, { onDelete: 'cascade' }),
    sequence: integer('sequence').notNull(),
    type: text('type').notNull(),
    json: text('json').notNull(),
  },
  (table) => [primaryKey({ columns: [table.responseKey, table.sequence] })],
)
