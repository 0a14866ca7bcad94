import type { ClusterView } from '../../features/cluster/cluster-view.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'

/** Who wants to know when the link to a node goes down; told once each time. */
export class NodeDownListeners {
  readonly #listeners = new Map<NodeId, Set<() => void>>()

  constructor(view: Pick<ClusterView, 'onChange'>) {
    view.onChange((change) => {
      if (change.type !== 'link' || change.link !== 'down') return
      // A copy: who is told may end its interest.
      for (const listener of Array.from(this.#listeners.get(change.nodeId) ?? [])) listener()
    })
  }

  /** @returns ends it */
  add(nodeId: NodeId, listener: () => void): () => void {
    const listeners = this.#listeners.get(nodeId) ?? new Set()
    this.#listeners.set(nodeId, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(nodeId) === listeners) this.#listeners.delete(nodeId)
    }
  }
}
