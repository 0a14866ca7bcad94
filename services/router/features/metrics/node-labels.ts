import type { ClusterNode } from '../cluster/cluster-view.ts'
import { shortNodeId } from '../../policy/cluster/node-id.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'

/** What each node is called in figures: its name, with the end of its id where two have the same. */
export const nodeLabels = (
  nodes: readonly Pick<ClusterNode, 'nodeId' | 'name'>[],
): ReadonlyMap<NodeId, string> => {
  const counts = new Map<string, number>()
  for (const { name } of nodes) counts.set(name, (counts.get(name) ?? 0) + 1)
  return new Map(
    nodes.map(({ name, nodeId }) => [
      nodeId,
      (counts.get(name) ?? 0) > 1 ? `${name} (${shortNodeId(nodeId)})` : name,
    ]),
  )
}
