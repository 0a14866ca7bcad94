import type { ListFacts } from '@shared/contracts/route-manifest.ts'
import type { ClusterNode } from '../cluster/cluster-view.ts'
import type { AskNode, NodeReply } from './ask-node.ts'
import type { RoutedRequest } from '../forwarding/forward-request.ts'
import { cursorAfter, pageQuery, pagingOf } from './list-pages.ts'

/** Nobody has lists that are longer than this many pages; who does not end them is not listened to for ever. */
const MOST_PAGES = 200

export type ListBody = Readonly<Record<string, unknown>>

export type NodeListAnswer =
  /** All that the node has, and the first of its pages, whose other fields go into the reply. */
  | { readonly type: 'list'; readonly entries: readonly unknown[]; readonly body: ListBody }
  /** It refuses: the request is wrong. */
  | { readonly type: 'refused'; readonly reply: NodeReply }
  /** It cannot, or not in time. */
  | { readonly type: 'missing'; readonly error: unknown }

export interface ListQuestion {
  readonly routed: RoutedRequest
  readonly list: ListFacts
  readonly query: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** All entries of one node's list, page after page. Never rejects. */
export const readNodeList = async (
  askNode: AskNode,
  node: ClusterNode,
  question: ListQuestion,
): Promise<NodeListAnswer> => {
  const { list, query, routed } = question
  const paging = pagingOf(list, routed.request.headers)
  const entries: unknown[] = []
  let first: ListBody | undefined
  let after: string | undefined
  try {
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const reply = await askFor(askNode, node, question, pageQuery(query, paging, after))
      if (reply.response.status >= 400 && reply.response.status < 500) return { type: 'refused', reply }
      const body = await bodyOf(reply)
      first ??= body
      entries.push(...entriesOf(body, list))
      const next = cursorAfter(body, paging)
      if (next === undefined || next === after) return { type: 'list', entries, body: first }
      after = next
    }
    throw new Error('The list does not end')
  } catch (error) {
    return { type: 'missing', error }
  }
}

const askFor = (
  askNode: AskNode,
  node: ClusterNode,
  { routed, signal }: ListQuestion,
  query: string,
): Promise<NodeReply> => {
  const { path } = routed.target
  const asked = { ...routed, target: { path, pathAndQuery: `${path}${query}` } }
  return askNode(node, {
    routed: asked,
    placed: { body: null, refused: undefined },
    method: 'GET',
    signal,
  })
}

const bodyOf = async (reply: NodeReply): Promise<ListBody> => {
  const { response } = reply
  if (response.status !== 200) {
    reply.discard()
    throw new Error(`It answered ${response.status}`)
  }
  const body: unknown = await response.json()
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Error('It answered no object')
  // An object is read by names that may be there or not.
  return body as ListBody
}

const entriesOf = (body: ListBody, { field }: ListFacts): readonly unknown[] => {
  const entries = body[field]
  if (Array.isArray(entries)) return entries
  throw new Error(`It answered without a list '${field}'`)
}
