import type { ClusterChange } from '@service/router/policy/cluster/cluster-node.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeTopics } from '@service/router/policy/cluster/node-topics.ts'
import type { ClusterSimulation, Machine } from './cluster-simulation.ts'
import type { SimulatedNode } from './simulated-node.ts'

/** After the end of a fault so long, whatever followed from it is over. */
const AFTERMATH_MS = 6000

export const epochsIn = ({ identity, load }: Partial<NodeTopics>): readonly number[] => [
  ...(identity === undefined ? [] : [identity.startedAt]),
  ...(load === undefined ? [] : [load.budgetBytes]),
]

/** Sees every change that a node tells, and complains of what must never be. */
export class ClusterWatcher {
  readonly complaints: string[] = []
  private readonly lastFaultMs = new Map<NodeId, number>()
  private readonly latestEpochs = new Map<SimulatedNode, Map<NodeId, number>>()

  constructor(private readonly simulation: () => ClusterSimulation) {}

  complain(what: string): void {
    this.complaints.push(`at ${Math.round(this.simulation().nowMs)} ms: ${what}`)
  }

  onFault(machines: readonly Machine[]): void {
    for (const { nodeId } of machines) this.lastFaultMs.set(nodeId, this.simulation().nowMs)
  }

  /** Nobody did anything for so long: what follows from faults is put off. */
  onSleep(ms: number): void {
    for (const [nodeId, atMs] of this.lastFaultMs) this.lastFaultMs.set(nodeId, atMs + ms)
  }

  onChange(node: SimulatedNode, change: ClusterChange): void {
    if (change.type === 'topic') this.onTopic(node, change.nodeId)
    if (change.type === 'link' && change.link === 'down') this.onDown(node, change.nodeId)
  }

  private onTopic(node: SimulatedNode, nodeId: NodeId): void {
    const epochs = this.latestEpochs.get(node) ?? new Map<NodeId, number>()
    this.latestEpochs.set(node, epochs)
    const latest = epochs.get(nodeId) ?? 0
    const shown = epochsIn(node.core.find(nodeId)?.topics ?? {})
    if (shown.some((epoch) => epoch < latest || epoch !== shown[0]))
      this.complain(
        `${node.name} shows topics of an earlier life of ${nodeId}: ${shown.join()} after ${latest}`,
      )
    epochs.set(nodeId, Math.max(latest, ...shown))
  }

  private onDown(node: SimulatedNode, nodeId: NodeId): void {
    // Who was removed closes all.
    if (!node.core.isMember(node.nodeId)) return
    const calmSinceMs = Math.max(this.lastFaultMs.get(node.nodeId) ?? 0, this.lastFaultMs.get(nodeId) ?? 0)
    if (this.simulation().nowMs - calmSinceMs < AFTERMATH_MS) return
    const { name } = this.simulation().machineOf(nodeId)
    this.complain(`${node.name} takes ${name} for down (${node.core.find(nodeId)?.trouble}) without a fault`)
  }
}
