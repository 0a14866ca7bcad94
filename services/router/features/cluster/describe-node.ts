import { WORDS_OF_TROUBLE } from './trouble-words.ts'
import type { ClusterNode, ClusterView } from './cluster-view.ts'

/** One node in the lists of the cluster. */
export const describeNode = (node: ClusterNode) => {
  const { identity, load, models = [] } = node.topics
  const { trouble } = node
  return {
    id: node.nodeId,
    object: 'cluster.node' as const,
    name: node.name,
    isSelf: node.isSelf,
    link: node.link,
    trouble: orNull(trouble),
    troubleMessage: trouble === undefined ? null : WORDS_OF_TROUBLE[trouble],
    rttMs: orNull(node.rttMs),
    lastSeenAt: isoOf(node.lastSeenAt),
    clockSkewMs: orNull(node.clockSkewMs),
    platform: orNull(identity?.platform),
    version: orNull(identity?.version),
    load: load === undefined ? null : loadOf(load),
    models: models.map(({ id }) => id),
  }
}

/** Everything that a node says of itself. */
export const describeNodeFully = (node: ClusterNode) => {
  const { identity, models, ...topics } = node.topics
  return {
    ...describeNode(node),
    protocolVersion: orNull(identity?.protocolVersion),
    startedAt: isoOf(identity?.startedAt),
    addresses: orNone(identity?.addresses),
    services: orNone(topics.services),
    modelDetails: orNone(models),
    speeds: orNone(topics.speeds),
    backends: orNone(topics.backends),
    links: orNone(topics.links),
  }
}

/** The cluster as this node sees it. */
export const describeCluster = ({ clusterId, nodes, self }: ClusterView) => ({
  object: 'cluster' as const,
  /** Null: this node is in none. */
  id: clusterId ?? null,
  self: self.nodeId,
  nodes: nodes.map(describeNode),
})

const loadOf = ({
  budgetBytes,
  heldBytes,
  isDraining,
  lanes,
  warm,
}: NonNullable<ClusterNode['topics']['load']>) => ({
  isDraining,
  running: sum(lanes.map(({ running }) => running)),
  waiting: sum(lanes.map(({ waiting }) => waiting)),
  pendingTokens: sum(lanes.map(({ pendingTokens }) => pendingTokens)),
  heldBytes,
  budgetBytes,
  warm,
})

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const isoOf = (milliseconds: number | undefined): string | null =>
  milliseconds === undefined ? null : new Date(milliseconds).toISOString()

const orNull = <Value>(value: Value | undefined): Value | null => value ?? null

const orNone = <Item>(items: readonly Item[] | undefined): readonly Item[] => items ?? []
