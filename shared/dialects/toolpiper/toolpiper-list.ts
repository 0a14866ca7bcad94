import { Fault } from '@shared/fault/fault.ts'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'

const DEFAULT_LIMIT = 20
const LARGEST_LIMIT = 100

/** Query of every ToolPiper list. */
export const ToolpiperListQuery = Type.Object(
  {
    limit: Type.Optional(Type.String({ description: '1 to 100; 20 when absent.' })),
    after: Type.Optional(Type.String({ description: '`nextCursor` of the page before.' })),
  },
  { additionalProperties: true },
)

export type ToolpiperListQuery = Static<typeof ToolpiperListQuery>

export interface ToolpiperList<Item> {
  readonly object: 'list'
  readonly data: readonly Item[]
  readonly hasMore: boolean
  /** Id of the last item when there are more. */
  readonly nextCursor: string | null
}

/**
 * One page of a list that is ordered by something that stays.
 * @throws Fault `invalid_request` for a limit outside 1…100, or a cursor that is not in the list
 */
export const toolpiperPage = <Item extends { readonly id: string }>(
  items: readonly Item[],
  query: ToolpiperListQuery,
): ToolpiperList<Item> => {
  const limit = limitOf(query.limit)
  const { after = '' } = query
  const start = after === '' ? 0 : items.findIndex((item) => item.id === after) + 1
  if (after !== '' && start === 0)
    throw new Fault('invalid_request', `'after' names no item of this list.`, { param: 'after' })
  const data = items.slice(start, start + limit)
  const hasMore = start + limit < items.length
  return { object: 'list', data, hasMore, nextCursor: hasMore ? (data.at(-1)?.id ?? null) : null }
}

const limitOf = (text: string | undefined): number => {
  if (text === undefined || text === '') return DEFAULT_LIMIT
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= LARGEST_LIMIT) return limit
  throw new Fault('invalid_request', `'limit' must be a whole number from 1 to ${LARGEST_LIMIT}.`, {
    param: 'limit',
  })
}
