import { NODES_MISSING_HEADER } from '@shared/contracts/internal-header.ts'
import type { ListFacts } from '@shared/contracts/route-manifest.ts'
import { anthropicFaultBody } from '@shared/dialects/anthropic/anthropic-faults.ts'
import { Fault } from '@shared/fault/fault.ts'
import { faultResponse } from '@shared/http/fault-response.ts'
import { headerText } from '../../policy/header-text.ts'
import { mergeLists } from '../../policy/merge-lists.ts'
import type { ClusterNode, ClusterView } from '../cluster/cluster-view.ts'
import type { AskNode } from './ask-node.ts'
import type { Budget } from '../forwarding/budget.ts'
import type { ForwardRequest, RoutedRequest } from '../forwarding/forward-request.ts'
import { headersToClient, nameRequest } from '../forwarding/forwarded-headers.ts'
import { listReply, pagingOf } from './list-pages.ts'
import { readNodeList } from './read-node-list.ts'
import type { ListBody, NodeListAnswer } from './read-node-list.ts'
import { relayReply } from '../forwarding/relay-reply.ts'
import type { ReaderPatience } from '../forwarding/unread-timer.ts'

/** Others that take longer are left out. */
const DEADLINE_MS = 1500

export interface ForwardGatheredPorts {
  readonly view: ClusterView
  readonly askNode: AskNode
  /** For what is gathered but is no list that could be merged. */
  readonly here: ForwardRequest
  readonly connections: Budget
  readonly patience: ReaderPatience
}

interface Answered {
  readonly node: ClusterNode
  readonly answer: NodeListAnswer
}

/** Answers with the list of all nodes: each entry once, with the names of the nodes that have it. */
export const createForwardGathered =
  (ports: ForwardGatheredPorts): ForwardRequest =>
  async (routed) => {
    const { route, visit } = routed
    const { list } = route.entry
    const isReading = visit.method === 'GET' || visit.method === 'HEAD'
    if (list === undefined || !isReading) return ports.here(routed)
    visit.hold(ports.connections.take(1))
    const answers = await askAll(ports, routed, list)
    const own = answers.find(({ node }) => node.isSelf)?.answer
    discardRefusals(answers)
    return own?.type === 'refused' ? relayOwn(ports, routed, own) : tell(ports, routed, list, answers)
  }

/** This node's own is for the client. */
const discardRefusals = (answers: readonly Answered[]): void => {
  for (const { answer, node } of answers)
    if (answer.type === 'refused' && !node.isSelf) answer.reply.discard()
}

const tell = (
  ports: ForwardGatheredPorts,
  routed: RoutedRequest,
  list: ListFacts,
  answers: readonly Answered[],
): Response => {
  try {
    return tellUnion(ports, routed, list, answers)
  } catch (error) {
    // The page may not be there; its client knows no other words than those of the list that it asked for.
    if (!(error instanceof Fault) || pagingOf(list, routed.request.headers) !== 'anthropic') throw error
    return tellAnthropic(routed, error)
  }
}

const askAll = async (
  { askNode, patience: { clock }, view }: ForwardGatheredPorts,
  routed: RoutedRequest,
  list: ListFacts,
): Promise<readonly Answered[]> => {
  const query = queryOf(routed)
  const late = new AbortController()
  const never = new AbortController()
  const cancel = clock.after(DEADLINE_MS, () => late.abort(new Error('It takes too long')))
  const asked = view.nodes
    .filter(({ link }) => link !== 'down')
    .map(async (node): Promise<Answered> => {
      const signal = node.isSelf ? never.signal : late.signal
      return { node, answer: await readNodeList(askNode, node, { routed, list, query, signal }) }
    })
  try {
    return await Promise.all(asked)
  } finally {
    cancel()
  }
}

const queryOf = ({ target: { path, pathAndQuery } }: RoutedRequest): Readonly<Record<string, string>> =>
  Object.fromEntries(new URLSearchParams(pathAndQuery.slice(path.length + 1)))

const relayOwn = (
  { patience }: ForwardGatheredPorts,
  { route, visit }: RoutedRequest,
  { reply }: NodeListAnswer & { readonly type: 'refused' },
): Promise<Response> => relayReply(visit, route, reply.response, { signal: reply.signal, patience })

const tellUnion = (
  { view }: ForwardGatheredPorts,
  routed: RoutedRequest,
  list: ListFacts,
  answers: readonly Answered[],
): Response => {
  const { request, visit } = routed
  const lists = answers.flatMap(({ answer, node }) =>
    answer.type === 'list' ? [{ node: node.name, entries: answer.entries, body: answer.body }] : [],
  )
  // Nobody has a list: what went wrong here is what the client is told.
  if (lists.length === 0) throw ownError(answers)
  const merged = mergeLists(lists, list)
  const paging = pagingOf(list, request.headers)
  const told = listReply(merged, list, paging, queryOf(routed))
  const base: ListBody = lists[0]?.body ?? {}
  const body = JSON.stringify({ ...base, ...told })
  const headers = headersToClient(new Headers({ 'content-type': 'application/json' }), visit)
  const missing = missingNames(view, new Set(lists.map(({ node }) => node)))
  if (missing !== '') headers.set(NODES_MISSING_HEADER, headerText(missing))
  visit.status = 200
  visit.end('answered')
  return new Response(visit.method === 'HEAD' ? null : body, { headers })
}

const tellAnthropic = ({ visit }: RoutedRequest, fault: Fault): Response => {
  const reply = faultResponse(fault, anthropicFaultBody(fault, visit.requestId))
  nameRequest(reply.headers, visit.requestId, 'anthropic')
  visit.status = reply.status
  visit.end('answered')
  return reply
}

const ownError = (answers: readonly Answered[]): unknown => {
  const errors = answers.flatMap(({ answer }) => (answer.type === 'missing' ? [answer.error] : []))
  return errors[0] ?? new Error('No node has answered')
}

const missingNames = ({ nodes }: ClusterView, answered: ReadonlySet<string>): string =>
  nodes
    .map(({ name }) => name)
    .filter((name) => !answered.has(name))
    .join(', ')
