import type { ListFacts } from '@shared/contracts/route-manifest.ts'
import { anthropicPage } from '@shared/dialects/anthropic/anthropic-models.ts'
import { toolpiperPage } from '@shared/dialects/toolpiper/toolpiper-list.ts'
import type { MergedEntry } from '../../policy/merge-lists.ts'

type Paging = NonNullable<ListFacts['paging']>
type Body = Readonly<Record<string, unknown>>
type Query = Readonly<Record<string, string>>

/** How one way of paging is spoken, as a client and as a server. */
interface PageSpeech {
  /** Parameters that say which page. */
  readonly parameters: readonly string[]
  /** The most that may be asked for at once. */
  readonly limit: string
  readonly cursor: string
  /** What to ask for after a page; undefined: that was the last. */
  readonly next: (body: Body) => unknown
  /** The page that a client wants of a whole list. @throws Fault `invalid_request` */
  readonly page: (items: readonly { readonly id: string }[], query: Query) => object
}

const SPEECH = {
  toolpiper: {
    parameters: ['limit', 'after'],
    limit: '100',
    cursor: 'after',
    next: (body) => (body['hasMore'] === true ? body['nextCursor'] : undefined),
    page: toolpiperPage,
  },
  anthropic: {
    parameters: ['limit', 'after_id', 'before_id'],
    limit: '1000',
    cursor: 'after_id',
    next: (body) => (body['has_more'] === true ? body['last_id'] : undefined),
    page: anthropicPage,
  },
} as const satisfies Record<Paging, PageSpeech>

/** How a list is told to the client of a request; undefined: whole. */
export const pagingOf = ({ paging }: ListFacts, headers: Headers): Paging | undefined =>
  paging === 'anthropic' && !headers.has('anthropic-version') ? undefined : paging

/** The query of one page of a node's list: the client's own, but for the page. @param after cursor of the page before */
export const pageQuery = (query: Query, paging: Paging | undefined, after: string | undefined): string => {
  const asked = new URLSearchParams(query)
  if (paging !== undefined) {
    const { cursor, limit, parameters } = SPEECH[paging]
    for (const name of parameters) asked.delete(name)
    asked.set('limit', limit)
    if (after !== undefined) asked.set(cursor, after)
  }
  return asked.size === 0 ? '' : `?${asked.toString()}`
}

/** Cursor of the next page; undefined: there is none. */
export const cursorAfter = (body: Body, paging: Paging | undefined): string | undefined => {
  const next = paging === undefined ? undefined : SPEECH[paging].next(body)
  return typeof next === 'string' && next !== '' ? next : undefined
}

/**
 * The fields of the reply for a merged list, of which the client wants one page.
 * @throws Fault `invalid_request` for a page that there is not
 */
export const listReply = (
  merged: readonly MergedEntry[],
  { field }: ListFacts,
  paging: Paging | undefined,
  query: Query,
): object =>
  paging === undefined
    ? { [field]: merged.map(({ entry }) => entry) }
    : SPEECH[paging].page(
        merged.map(({ entry, key }) => ({ ...entry, id: key })),
        query,
      )
