import type {
  ClusterChange,
  ClusterNode,
  ClusterView,
} from '@service/router/features/cluster/cluster-view.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeTopics } from '@service/router/policy/cluster/node-topics.ts'

/** What one node knows of the others: whatever the test tells it. */
export class SimulatedView implements ClusterView {
  readonly clusterId = 'a-cluster'
  private readonly listeners = new Set<(change: ClusterChange) => void>()
  private byId: Map<NodeId, ClusterNode>
  nodes: readonly ClusterNode[]

  constructor(nodes: readonly ClusterNode[]) {
    this.nodes = nodes
    this.byId = new Map(nodes.map((node) => [node.nodeId, node]))
  }

  get self(): ClusterNode {
    const self = this.nodes.find(({ isSelf }) => isSelf)
    if (self === undefined) throw new Error('A view has its own node.')
    return self
  }

  find(nodeId: NodeId): ClusterNode | undefined {
    return this.byId.get(nodeId)
  }

  named(text: string): ClusterNode | undefined {
    return this.nodes.find(({ name }) => name === text)
  }

  onChange(listener: (change: ClusterChange) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  tell<Topic extends keyof NodeTopics>(nodeId: NodeId, topic: Topic, value: NodeTopics[Topic]): void {
    this.change(nodeId, (node) => ({ ...node, topics: { ...node.topics, [topic]: value } }))
    this.emit({ type: 'topic', nodeId, topic })
  }

  setLink(nodeId: NodeId, link: 'up' | 'down'): void {
    this.change(nodeId, (node) => ({ ...node, link }))
    this.emit({ type: 'link', nodeId, link })
  }

  remove(nodeId: NodeId): void {
    this.replace(this.nodes.filter((node) => node.nodeId !== nodeId))
    this.emit({ type: 'members' })
  }

  private change(nodeId: NodeId, changed: (node: ClusterNode) => ClusterNode): void {
    this.replace(this.nodes.map((node) => (node.nodeId === nodeId ? changed(node) : node)))
  }

  private replace(nodes: readonly ClusterNode[]): void {
    this.nodes = nodes
    this.byId = new Map(nodes.map((node) => [node.nodeId, node]))
  }

  private emit(change: ClusterChange): void {
    for (const listener of this.listeners) listener(change)
  }
}
