import { RPC_BACKEND_NAME } from '@shared/contracts/rpc-worker.ts'
import type { ShardNode } from '../../policy/sharding/shard-plan.ts'
import type { ClusterNode, ClusterView } from '../cluster/cluster-view.ts'

/** The nodes as a plan sees them: this one, and the others. @param model what is to be opened */
export const shardNodesOf = (
  view: Pick<ClusterView, 'nodes' | 'self'>,
  model: string,
): { readonly head: ShardNode; readonly others: readonly ShardNode[] } => {
  const { self } = view
  const links = self.topics.links ?? []
  const toShardNode = (node: ClusterNode): ShardNode => ({
    nodeId: node.nodeId,
    name: node.name,
    isUp: node.link !== 'down',
    ...memoryOf(node),
    backendVersion: node.topics.backends?.find(({ name }) => name === RPC_BACKEND_NAME)?.version,
    hasModel: node.isSelf || hasModel(node, model),
    rttMs: node.rttMs,
    bytesPerSecond: links.find(({ to }) => to === node.nodeId)?.bytesPerSecond ?? undefined,
    platform: node.topics.identity?.platform,
  })
  return {
    head: toShardNode(self),
    others: view.nodes.filter(({ isSelf }) => !isSelf).map(toShardNode),
  }
}

/** A node that has not said anything of its memory yet has none to lend. */
const memoryOf = ({
  topics: { load },
}: ClusterNode): Pick<ShardNode, 'isDraining' | 'budgetBytes' | 'freeBytes'> =>
  load === undefined
    ? { isDraining: false, budgetBytes: 0, freeBytes: 0 }
    : {
        isDraining: load.isDraining,
        budgetBytes: load.budgetBytes,
        freeBytes: Math.max(0, load.budgetBytes - load.heldBytes),
      }

const hasModel = ({ topics: { models = [] } }: ClusterNode, model: string): boolean =>
  models.some(({ defect, id }) => id === model && defect === null)
