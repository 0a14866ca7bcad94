import { MOST_MODEL_LABELS } from '@shared/http/bounded-label.ts'
import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import type { ClusterNode, ClusterView } from '../cluster/cluster-view.ts'
import { nodeLabels } from './node-labels.ts'

/** Which nodes are there: in the figures of one node those that it has a link to, in those of a cluster those that answer. */
export const NODE_UP = {
  name: 'skein_node_up',
  help: '1 for a node of the cluster that can be reached from here; this node is one.',
} as const

const secondsOf = (milliseconds: number | undefined): number | undefined =>
  milliseconds === undefined ? undefined : milliseconds / 1000

/**
 * What this node sees of the others. A node that is in no cluster is the only one. Labels are the names of members: those
 * who are removed are gone from the page with the next reading.
 */
export const registerClusterGauges = (registry: Registry, view: ClusterView): void => {
  const ofNodes = (name: string, help: string, read: (node: ClusterNode) => number | undefined) =>
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: ['node'],
        registers: [],
        collect() {
          this.reset()
          const { nodes } = view
          const labels = nodeLabels(nodes)
          for (const node of nodes) {
            const value = read(node)
            if (value !== undefined) this.set({ node: labels.get(node.nodeId) ?? node.name }, value)
          }
        },
      }),
    )
  ofNodes(NODE_UP.name, NODE_UP.help, ({ link }) => (link === 'down' ? 0 : 1))
  ofNodes(
    'skein_node_rtt_seconds',
    'Round trip to each node over its link; 0 for this one.',
    ({ link, rttMs }) => (link === 'down' ? undefined : secondsOf(rttMs)),
  )
  ofNodes(
    'skein_node_clock_skew_seconds',
    'Clock of each node minus that of this one.',
    ({ clockSkewMs, link }) => (link === 'down' ? undefined : secondsOf(clockSkewMs)),
  )
  registerCounts(registry, view)
  registerModels(registry, view)
}

/** Models that nodes have which are down too: else nobody would see that a model is gone. */
const registerModels = (registry: Registry, view: ClusterView): void => {
  const models = new Gauge({
    name: 'skein_cluster_model_nodes',
    help: 'Nodes that are up and have this model; 0 while all that have it are down.',
    labelNames: ['model'],
    registers: [],
    collect() {
      this.reset()
      for (const [model, count] of countNodes(view.nodes)) this.set({ model }, count)
    },
  })
  registry.registerMetric(models)
}

const countNodes = (nodes: readonly ClusterNode[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const { link, topics } of nodes) {
    for (const { defect, id } of topics.models ?? []) {
      if (defect !== null) continue
      if (!counts.has(id) && counts.size >= MOST_MODEL_LABELS) continue
      counts.set(id, (counts.get(id) ?? 0) + (link === 'down' ? 0 : 1))
    }
  }
  return counts
}

const registerCounts = (registry: Registry, view: ClusterView): void => {
  const counts = new Gauge({
    name: 'skein_cluster_nodes',
    help: 'Nodes of the cluster as this one sees them, itself included, by the state of the link.',
    labelNames: ['state'],
    registers: [],
    collect() {
      const down = view.nodes.filter(({ link }) => link === 'down').length
      this.set({ state: 'up' }, view.nodes.length - down)
      this.set({ state: 'down' }, down)
    },
  })
  registry.registerMetric(counts)
  const changes = new Counter({
    name: 'skein_cluster_link_changes_total',
    help: 'How often a link to another node came up or went down.',
    labelNames: ['state'],
    registers: [registry],
  })
  changes.inc({ state: 'up' }, 0)
  changes.inc({ state: 'down' }, 0)
  view.onChange((change) => {
    if (change.type === 'link' && change.link !== 'self') changes.inc({ state: change.link })
  })
}
