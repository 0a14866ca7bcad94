import type { ClusterNode } from '@service/router/features/cluster/cluster-view.ts'
import type { NodeLoad, NodeModel, NodeTopics } from '@service/router/policy/cluster/node-topics.ts'
import { MODEL, nodeIdOf } from './placement-candidate.ts'

export const NODE_MODEL: NodeModel = {
  id: MODEL,
  name: 'A model',
  aliases: [],
  capabilities: ['chat'],
  isTestModel: false,
  defect: null,
  source: 'skein',
  digest: 'aa',
  architecture: 'llama',
  quantization: 'Q4_K_M',
  parameterCount: 8e9,
  sizeBytes: 5e9,
  contextLength: 32_768,
}

export const loadFor = (changes: Partial<NodeLoad> = {}): NodeLoad => ({
  isDraining: false,
  budgetBytes: 16e9,
  heldBytes: 5e9,
  lanes: [],
  warm: [MODEL],
  ...changes,
})

/** A member that is up, idle and has the model in memory; the first is the one that looks. */
export const clusterNodeFor = (
  number: number,
  isSelf: boolean,
  topics: Partial<NodeTopics> = {},
): ClusterNode => ({
  nodeId: nodeIdOf(number),
  name: `node-${number}`,
  isSelf,
  link: isSelf ? 'self' : 'up',
  trouble: undefined,
  rttMs: isSelf ? 0 : 1,
  lastSeenAt: 0,
  clockSkewMs: 0,
  topics: {
    services: [{ name: 'chat', state: 'up', version: null, capabilities: ['chat'] }],
    models: [NODE_MODEL],
    load: loadFor(),
    speeds: [],
    ...topics,
  },
})
