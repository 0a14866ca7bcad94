import { Fault } from '@shared/fault/fault.ts'
import { shortNodeId } from '../../policy/cluster/node-id.ts'
import type { LinkTrouble } from '../../policy/cluster/link-trouble.ts'
import type { ClusterNode, ClusterView } from '../cluster/cluster-view.ts'
import { WORDS_OF_TROUBLE } from '../cluster/trouble-words.ts'
import type { RequestTarget } from '../forwarding/request-target.ts'

export const NODE_PARAMETER = 'node'

const RETRY_SECONDS = 5
const LONGEST_SHOWN = 100
const MOST_SHOWN = 50

/** The value of `?node=`, and what is asked without it; undefined: no node is named. */
export const nodeParameter = ({
  path,
  pathAndQuery,
}: RequestTarget): { readonly asked: string; readonly target: RequestTarget } | undefined => {
  const query = pathAndQuery.slice(path.length + 1)
  // Most have no query at all.
  if (query === '') return undefined
  const asked = new URLSearchParams(query).get(NODE_PARAMETER)
  if (asked === null) return undefined
  const rest = query.split('&').filter((part) => new URLSearchParams(part).get(NODE_PARAMETER) === null)
  return { asked, target: { path, pathAndQuery: rest.length === 0 ? path : `${path}?${rest.join('&')}` } }
}

/**
 * The node that is called so: by its id, its name in any case, or the end of its id.
 * @throws Fault `not_found`, `invalid_request` when more than one is meant, `unavailable` when it is down
 */
export const namedNode = (view: ClusterView, asked: string): ClusterNode => {
  const node = view.named(asked) ?? onlyOf(view, asked)
  if (node.link !== 'down') return node
  throw new Fault('unavailable', `The node '${node.name}' is down: ${wordsOf(node.trouble)}.`, {
    retryAfterSeconds: RETRY_SECONDS,
    details: { node: node.name, trouble: node.trouble ?? 'unknown' },
  })
}

const onlyOf = ({ nodes }: ClusterView, asked: string): ClusterNode => {
  const shown = asked.slice(0, LONGEST_SHOWN)
  const name = asked.toLowerCase()
  const byName = nodes.filter((node) => node.name.toLowerCase() === name)
  const meant =
    byName.length > 0 || asked === '' ? byName : nodes.filter(({ nodeId }) => nodeId.endsWith(asked))
  const [only, another] = meant
  if (only !== undefined && another === undefined) return only
  if (only !== undefined) {
    const ends = meant.map(({ nodeId }) => shortNodeId(nodeId)).join(', ')
    throw new Fault(
      'invalid_request',
      `More than one node is called '${shown}'. Name it by the end of its id: ${ends}.`,
      {
        param: NODE_PARAMETER,
      },
    )
  }
  const names = nodes.slice(0, MOST_SHOWN).map((node) => node.name)
  throw new Fault('not_found', `There is no node '${shown}' here. There are: ${names.join(', ')}.`, {
    param: NODE_PARAMETER,
  })
}

const wordsOf = (trouble: LinkTrouble | undefined): string =>
  trouble === undefined ? 'it was not seen yet' : `${WORDS_OF_TROUBLE[trouble]} (${trouble})`
