import type {
  ClusterBundle,
  ClusterDesk,
  PeerDoorFacts,
} from '@service/router/features/cluster/cluster-desk.ts'
import type { ClusterNode, ClusterView } from '@service/router/features/cluster/cluster-view.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'

export interface ScriptedDesk extends ClusterDesk {
  /** What was asked of it, in order. */
  readonly calls: readonly string[]
  /** The bundle that it entered with. */
  readonly entered: ClusterBundle | undefined
  isInviting: boolean
  clusterId: string | undefined
  /** The next `enter` or `admit` fails with this. */
  failWith: Error | undefined
}

export const BUNDLE: ClusterBundle = {
  clusterId: 'cluster-1',
  secret: 'A'.repeat(43),
  records: [{ kind: 'key', id: 'key_1', updatedAt: 1, updatedBy: 'x', value: { label: 'one' } }],
  addresses: [],
}

/** A desk that does what it is told, and remembers it. */
export const createScriptedDesk = (door: () => PeerDoorFacts): ScriptedDesk => {
  const calls: string[] = []
  let entered: ClusterBundle | undefined
  const failing = (): void => {
    const { failWith } = desk
    desk.failWith = undefined
    if (failWith !== undefined) throw failWith
  }
  const desk: ScriptedDesk = {
    calls,
    get entered() {
      return entered
    },
    clusterId: undefined,
    isInviting: false,
    failWith: undefined,
    async open() {
      calls.push('open')
      desk.clusterId ??= BUNDLE.clusterId
      return door()
    },
    async admit({ name, nodeId }) {
      calls.push(`admit ${name} ${nodeId}`)
      failing()
      return BUNDLE
    },
    async enter(bundle) {
      calls.push('enter')
      failing()
      entered = bundle
      desk.clusterId = bundle.clusterId
    },
    async remove(nodeId) {
      calls.push(`remove ${nodeId}`)
      return true
    },
    async leave() {
      calls.push('leave')
      desk.clusterId = undefined
    },
    setDraining: (isDraining) => void calls.push(`draining ${isDraining}`),
    setInviting(isInviting) {
      desk.isInviting = isInviting
    },
  }
  return desk
}

/** A view of these nodes; the first is this one. */
export const createScriptedView = (
  nodes: readonly [ClusterNode, ...ClusterNode[]],
  clusterId: string | undefined = BUNDLE.clusterId,
): ClusterView => ({
  clusterId,
  self: nodes[0],
  nodes,
  find: (nodeId) => nodes.find((node) => node.nodeId === nodeId),
  named: (text) => nodes.find((node) => node.name === text || node.nodeId === text),
  onChange: () => () => undefined,
})

export const clusterNode = (nodeId: NodeId, changes: Partial<ClusterNode> = {}): ClusterNode => ({
  nodeId,
  name: 'studio',
  isSelf: false,
  link: 'up',
  trouble: undefined,
  rttMs: 1.4,
  lastSeenAt: 1_700_000_000_000,
  clockSkewMs: 3,
  topics: {},
  ...changes,
})
