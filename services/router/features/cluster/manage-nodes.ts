import { Fault } from '@shared/fault/fault.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { ClusterDesk } from './cluster-desk.ts'
import type { ClusterNode, ClusterView } from './cluster-view.ts'
import { describeNode, describeNodeFully } from './describe-node.ts'

export interface ManageNodesPorts {
  readonly view: ClusterView
  readonly desk: ClusterDesk
  /** Open invitations are for a cluster that this node is about to leave. */
  readonly onLeave: () => void
}

/** Nodes are named by id, by name, or by the end of the id. */
export interface ManageNodes {
  /** @throws Fault `not_found`, as all that name a node */
  show(text: string): ReturnType<typeof describeNodeFully>
  /** @throws Fault `conflict` for this node */
  remove(
    text: string,
  ): Promise<{ readonly id: NodeId; readonly object: 'cluster.node'; readonly deleted: true }>
  /** @throws Fault `invalid_request` for another node */
  drain(text: string, isDraining: boolean): ReturnType<typeof describeNode>
  /** @throws Fault `conflict` when this node is in no cluster */
  leave(): Promise<{ readonly object: 'cluster.departure'; readonly id: string; readonly left: true }>
}

export const createManageNodes = ({ desk, onLeave, view }: ManageNodesPorts): ManageNodes => {
  const find = (text: string): ClusterNode => {
    const node = view.named(text)
    if (node !== undefined) return node
    throw new Fault(
      'not_found',
      'No node of the cluster is called so, or more than one. GET /v1/nodes lists them with their ids.',
    )
  }
  return {
    show: (text) => describeNodeFully(find(text)),
    async remove(text) {
      const { isSelf, nodeId } = find(text)
      if (isSelf)
        throw new Fault(
          'conflict',
          'A node is not removed by itself: it leaves, with POST /v1/cluster/leave.',
        )
      if (!(await desk.remove(nodeId))) throw new Fault('not_found', 'This node is no member any more.')
      return { id: nodeId, object: 'cluster.node', deleted: true }
    },
    drain(text, isDraining) {
      const node = find(text)
      if (!node.isSelf)
        throw new Fault(
          'invalid_request',
          "Invalid 'id': another node drains when it is asked itself: add ?node= with its id.",
          {
            param: 'id',
          },
        )
      desk.setDraining(isDraining)
      const { load, ...described } = describeNode(view.self)
      // What it announces of itself follows in a moment.
      return { ...described, load: load === null ? null : { ...load, isDraining } }
    },
    async leave() {
      const id = view.clusterId
      if (id === undefined) throw new Fault('conflict', 'This node is in no cluster.')
      onLeave()
      await desk.leave()
      return { object: 'cluster.departure', id, left: true }
    },
  }
}
