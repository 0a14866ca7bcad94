import { parseNodeId } from '../../policy/cluster/node-id.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { ClusterNode, ClusterView } from './cluster-view.ts'

/** Of the grammar of node ids, and no node's: who is in no cluster needs no identity. */
const NOBODY = `12D3KooW${'1'.repeat(44)}`

const loneNodeId = (): NodeId => {
  const nodeId = parseNodeId(NOBODY)
  if (nodeId === undefined) throw new Error('The id of a lone node is no node id')
  return nodeId
}

/** What a node sees that is in no cluster: itself. @param topics what it would announce, as far as that is known */
export const createLoneNode = (name: string, topics: ClusterNode['topics'] = {}): ClusterView => {
  const self: ClusterNode = {
    nodeId: loneNodeId(),
    name,
    isSelf: true,
    link: 'self',
    trouble: undefined,
    rttMs: 0,
    lastSeenAt: undefined,
    clockSkewMs: 0,
    topics,
  }
  return {
    clusterId: undefined,
    self,
    nodes: [self],
    find: (nodeId) => (nodeId === self.nodeId ? self : undefined),
    named: (text) => (text.toLowerCase() === name.toLowerCase() ? self : undefined),
    onChange: () => () => undefined,
  }
}
