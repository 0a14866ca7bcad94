import { and, asc, count, desc, eq, gt, inArray, lt, min, notExists } from 'drizzle-orm'
import { isDone } from '@shared/dialects/openai/responses/responses-resource.ts'
import type { ResponseItem } from '@shared/dialects/openai/responses/responses-items.ts'
import type { ResponseResource } from '@shared/dialects/openai/responses/responses-resource.ts'
import type { OpenDatabase } from '@shared/storage/open-database.ts'
import type { ResponseStore, StoredItem, StoredResponse } from '../features/responses/response-store.ts'
import { responseEvents, responseItems, responseParts, responses } from './schema.ts'
import type * as schema from './schema.ts'

type Orm = OpenDatabase<typeof schema>['orm']
/** SQLite takes this many parameters at least. */
const KEYS_PER_STATEMENT = 500

/** Responses in SQLite: one transaction a change. */
export const createSqliteResponseStore = ({ orm }: OpenDatabase<typeof schema>): ResponseStore => ({
  ...storeResponses(orm),
  ...storeItems(orm),
  ...storeEvents(orm),
})

type Responses = Pick<ResponseStore, 'create' | 'save' | 'find' | 'unfinished' | 'remove' | 'keepNewest'>

const storeResponses = (orm: Orm): Responses => ({
  create({ isStreamed, resource }, context) {
    orm.transaction(() => {
      const row = { id: resource.id, isStreamed, ...columnsOf(resource) }
      const { key } = orm.insert(responses).values(row).returning({ key: responses.key }).get()
      addParts(orm, key, 'input', context)
    })
  },
  save(resource) {
    orm.transaction(() => {
      const key = keyOf(orm, resource.id)
      if (key === undefined) return
      orm.update(responses).set(columnsOf(resource)).where(eq(responses.key, key)).run()
      if (isDone(resource.status)) replaceOutput(orm, key, resource.output)
    })
  },
  find(id) {
    const row = orm.select().from(responses).where(eq(responses.id, id)).get()
    return row === undefined ? undefined : responseOf(row)
  },
  unfinished: () => orm.select().from(responses).where(eq(responses.isDone, false)).all().map(responseOf),
  remove: (id) => orm.transaction(() => remove(orm, keyOf(orm, id))),
  keepNewest(most) {
    const total = orm.select({ count: count() }).from(responses).get()?.count ?? 0
    if (total <= most) return
    const done = orm.select({ key: responses.key }).from(responses).where(eq(responses.isDone, true))
    const oldest = done
      .orderBy(asc(responses.key))
      .limit(total - most)
      .all()
    orm.transaction(() => {
      for (const { key } of oldest) remove(orm, key)
    })
  },
})

const storeItems = (orm: Orm): Pick<ResponseStore, 'input' | 'output' | 'findItem'> => ({
  input: (id) => partsOf(orm, id, 'input'),
  output: (id) => partsOf(orm, id, 'output'),
  findItem(itemId) {
    const newest = orm.select().from(responseItems).where(eq(responseItems.id, itemId))
    const row = newest.orderBy(desc(responseItems.key)).limit(1).get()
    return row === undefined ? undefined : itemOf(row)
  },
})

const storeEvents = (orm: Orm): Pick<ResponseStore, 'appendEvents' | 'events'> => ({
  appendEvents(id, events, oldest) {
    orm.transaction(() => {
      const responseKey = keyOf(orm, id)
      if (responseKey === undefined) return
      for (const event of events)
        orm
          .insert(responseEvents)
          .values({ responseKey, ...event })
          .run()
      const ofResponse = eq(responseEvents.responseKey, responseKey)
      orm
        .delete(responseEvents)
        .where(and(ofResponse, lt(responseEvents.sequence, oldest)))
        .run()
    })
  },
  events(id, after, limit) {
    const ofResponse = eq(responseEvents.responseKey, keyOf(orm, id) ?? -1)
    const { json, sequence, type } = responseEvents
    const first = orm
      .select({ oldest: min(sequence) })
      .from(responseEvents)
      .where(ofResponse)
      .get()
    const events = orm
      .select({ sequence, type, json })
      .from(responseEvents)
      .where(and(ofResponse, gt(sequence, after)))
    return { oldest: first?.oldest ?? undefined, events: events.orderBy(asc(sequence)).limit(limit).all() }
  },
})

const columnsOf = (resource: ResponseResource) => ({
  resource: JSON.stringify(resource),
  isDone: isDone(resource.status),
})

const keyOf = (orm: Orm, id: string): number | undefined =>
  orm.select({ key: responses.key }).from(responses).where(eq(responses.id, id)).get()?.key

const responseOf = (row: typeof responses.$inferSelect): StoredResponse => ({
  // Written by `columnsOf` alone, from the very type that it is read back as.
  resource: JSON.parse(row.resource) as ResponseResource,
  isStreamed: row.isStreamed,
})

const itemOf = (row: typeof responseItems.$inferSelect): StoredItem => ({
  // Written by `addParts` alone, from the very type that it is read back as.
  item: JSON.parse(row.item) as ResponseItem,
  key: row.key,
})

const partsOf = (orm: Orm, id: string, side: 'input' | 'output'): readonly StoredItem[] =>
  orm
    .select({ key: responseItems.key, id: responseItems.id, item: responseItems.item })
    .from(responseParts)
    .innerJoin(responses, eq(responses.key, responseParts.responseKey))
    .innerJoin(responseItems, eq(responseItems.key, responseParts.itemKey))
    .where(and(eq(responses.id, id), eq(responseParts.side, side)))
    .orderBy(asc(responseParts.position))
    .all()
    .map(itemOf)

const addParts = (
  orm: Orm,
  responseKey: number,
  side: 'input' | 'output',
  items: readonly StoredItem[],
): void => {
  for (const [position, { item, key }] of items.entries()) {
    const itemKey = key !== undefined && isKept(orm, key) ? key : addItem(orm, item)
    orm.insert(responseParts).values({ responseKey, side, position, itemKey }).run()
  }
}

/** The response that an item was read from may have been forgotten in the meantime. */
const isKept = (orm: Orm, key: number): boolean =>
  orm.select({ key: responseItems.key }).from(responseItems).where(eq(responseItems.key, key)).get() !==
  undefined

const addItem = (orm: Orm, item: ResponseItem): number =>
  orm
    .insert(responseItems)
    .values({ id: item.id, item: JSON.stringify(item) })
    .returning({ key: responseItems.key })
    .get().key

const replaceOutput = (orm: Orm, responseKey: number, output: readonly ResponseItem[]): void => {
  orm
    .delete(responseParts)
    .where(and(eq(responseParts.responseKey, responseKey), eq(responseParts.side, 'output')))
    .run()
  addParts(
    orm,
    responseKey,
    'output',
    output.map((item) => ({ item })),
  )
}

const remove = (orm: Orm, key: number | undefined): boolean => {
  if (key === undefined) return false
  const parts = orm.select().from(responseParts).where(eq(responseParts.responseKey, key)).all()
  // Its parts and events go with it.
  orm.delete(responses).where(eq(responses.key, key)).run()
  const keys = parts.map(({ itemKey }) => itemKey)
  for (let at = 0; at < keys.length; at += KEYS_PER_STATEMENT)
    dropUnused(orm, keys.slice(at, at + KEYS_PER_STATEMENT))
  return true
}

const dropUnused = (orm: Orm, keys: number[]): void => {
  const users = orm.select().from(responseParts).where(eq(responseParts.itemKey, responseItems.key))
  orm
    .delete(responseItems)
    .where(and(inArray(responseItems.key, keys), notExists(users)))
    .run()
}
