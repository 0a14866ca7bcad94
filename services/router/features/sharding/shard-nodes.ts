import { RPC_BACKEND_NAME } from '@shared/contracts/rpc-worker.ts'
import type { NodeMemory } from '@shared/contracts/memory-lease.ts'
import type { NodeLoad } from '../../policy/cluster/node-topics.ts'
import type { ShardNode } from '../../policy/sharding/planned-shards.ts'
import type { ClusterNode, ClusterView } from '../cluster/cluster-view.ts'

/**
 * The nodes as a plan sees them: this one, and the others.
 * @param model what is to be opened
 * @param ownMemory what the ledger of this node says now; undefined: what it has announced
 * @param countsIdle whether memory of models counts as free that nobody works with: their nodes close them for others
 */
export const shardNodesOf = (
  view: Pick<ClusterView, 'nodes' | 'self'>,
  model: string,
  ownMemory: NodeMemory | undefined,
  countsIdle: boolean,
): { readonly head: ShardNode; readonly others: readonly ShardNode[] } => {
  const self = withMemory(view.self, ownMemory)
  const links = self.topics.links ?? []
  const toShardNode = (node: ClusterNode): ShardNode => ({
    nodeId: node.nodeId,
    name: node.name,
    isUp: node.link !== 'down',
    ...memoryOf(node, countsIdle ? model : undefined),
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

/** A node in no cluster announces nothing. */
const withMemory = (self: ClusterNode, memory: NodeMemory | undefined): ClusterNode => {
  if (memory === undefined) return self
  const heldBytes = memory.held.reduce((total, { bytes }) => total + bytes, 0)
  const load = { ...(self.topics.load ?? NOTHING_SAID), budgetBytes: memory.budgetBytes, heldBytes }
  return { ...self, topics: { ...self.topics, load } }
}

const NOTHING_SAID: NodeLoad = { isDraining: false, budgetBytes: 0, heldBytes: 0, lanes: [], warm: [] }

/** A node that has not said anything of its memory yet has none to lend. */
const memoryOf = (
  { topics: { load = NOTHING_SAID } }: ClusterNode,
  idleBut: string | undefined,
): Pick<ShardNode, 'isDraining' | 'budgetBytes' | 'freeBytes'> => {
  const { budgetBytes, heldBytes, isDraining } = load
  const areAllIdle = idleBut !== undefined && hasOnlyIdleModels(load, idleBut)
  return {
    isDraining,
    budgetBytes,
    freeBytes: areAllIdle ? budgetBytes : Math.max(0, budgetBytes - heldBytes),
  }
}

/** Without models, what is held is lent to other nodes. The one that is to be opened waits for just that. */
const hasOnlyIdleModels = ({ lanes, warm }: NodeLoad, but: string): boolean =>
  warm.length > 0 && lanes.every(({ lane, running, waiting }) => lane === but || running + waiting === 0)

const hasModel = ({ topics: { models = [] } }: ClusterNode, model: string): boolean =>
  models.some(({ defect, id }) => id === model && defect === null)
