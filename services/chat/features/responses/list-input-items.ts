import type { ResponseItem } from '@shared/dialects/openai/responses/responses-items.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { StoredItem } from './response-store.ts'

export interface InputItemList {
  readonly object: 'list'
  readonly data: readonly ResponseItem[]
  readonly first_id: string | null
  readonly last_id: string | null
  readonly has_more: boolean
}

const DEFAULT_LIMIT = 20
const HIGHEST_LIMIT = 100

/** One page of the items that a response was made from; newest first, unless asked otherwise. @throws Fault naming the parameter */
export const listInputItems = (items: readonly StoredItem[], query: URLSearchParams): InputItemList => {
  const limit = limitOf(query.get('limit'))
  const order = orderOf(query.get('order'))
  const all = items.map(({ item }) => item)
  const ordered = order === 'asc' ? all : all.toReversed()
  const rest = ordered.slice(startAfter(ordered, query.get('after')))
  const data = rest.slice(0, limit)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: rest.length > limit,
  }
}

const limitOf = (text: string | null): number => {
  if (text === null) return DEFAULT_LIMIT
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= HIGHEST_LIMIT) return limit
  throw new Fault('invalid_request', `'limit' must be a whole number from 1 to ${HIGHEST_LIMIT}.`, {
    param: 'limit',
  })
}

const orderOf = (text: string | null): 'asc' | 'desc' => {
  if (text === null || text === 'desc') return 'desc'
  if (text === 'asc') return 'asc'
  throw new Fault('invalid_request', "'order' must be 'asc' or 'desc'.", { param: 'order' })
}

const startAfter = (items: readonly ResponseItem[], id: string | null): number => {
  if (id === null) return 0
  const index = items.findIndex((item) => item.id === id)
  if (index >= 0) return index + 1
  throw new Fault('invalid_request', "'after' names no input item of this response.", { param: 'after' })
}
