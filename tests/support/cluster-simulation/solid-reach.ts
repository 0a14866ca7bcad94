import type { ClusterSimulation } from './cluster-simulation.ts'
import type { SimulatedNode } from './simulated-node.ts'

/** All that are reached over links that really carry something now, both ways, through nobody that hangs. */
export const solidReach = (
  { running, network }: ClusterSimulation,
  from: SimulatedNode,
): ReadonlySet<SimulatedNode> => {
  const reached = new Set([from])
  for (const node of reached)
    for (const other of running) {
      const isSolid =
        !other.isFrozen &&
        node.core.find(other.nodeId)?.link === 'up' &&
        other.core.find(node.nodeId)?.link === 'up' &&
        network.canPass(node.host, other.host) &&
        network.canPass(other.host, node.host)
      if (isSolid) reached.add(other)
    }
  return reached
}
