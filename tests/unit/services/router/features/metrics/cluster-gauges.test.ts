import { expect, test } from 'bun:test'
import { createLoneNode } from '@service/router/features/cluster/lone-node.ts'
import { registerClusterGauges } from '@service/router/features/metrics/cluster-gauges.ts'
import { Registry } from 'prom-client'
import { clusterNodeFor, NODE_MODEL } from '../../../../../support/placement-simulation/cluster-node-for.ts'
import { MODEL } from '../../../../../support/placement-simulation/placement-candidate.ts'
import { SimulatedView } from '../../../../../support/placement-simulation/simulated-view.ts'

const samplesOf = async (registry: Registry): Promise<readonly string[]> =>
  (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))

test('each member has its figures, and those of a removed one are gone', async () => {
  const nodes = [clusterNodeFor(1, true), clusterNodeFor(2, false), clusterNodeFor(3, false)]
  const [, second, third] = nodes
  const view = new SimulatedView([nodes[0]!, { ...second!, rttMs: 4, clockSkewMs: -7000 }, third!])
  const registry = new Registry()
  registerClusterGauges(registry, view)
  view.setLink(third!.nodeId, 'down')
  expect(await samplesOf(registry)).toEqual([
    'skein_node_up{node="node-1"} 1',
    'skein_node_up{node="node-2"} 1',
    'skein_node_up{node="node-3"} 0',
    'skein_node_rtt_seconds{node="node-1"} 0',
    'skein_node_rtt_seconds{node="node-2"} 0.004',
    'skein_node_clock_skew_seconds{node="node-1"} 0',
    'skein_node_clock_skew_seconds{node="node-2"} -7',
    'skein_cluster_nodes{state="up"} 2',
    'skein_cluster_nodes{state="down"} 1',
    'skein_cluster_link_changes_total{state="up"} 0',
    'skein_cluster_link_changes_total{state="down"} 1',
    `skein_cluster_model_nodes{model="${MODEL}"} 2`,
  ])
  view.remove(third!.nodeId)
  expect((await registry.metrics()).includes('node-3')).toBe(false)
})

test('a model is known to be gone while the nodes that have it are down', async () => {
  const only = { ...NODE_MODEL, id: 'only/there' as typeof MODEL }
  const nodes = [clusterNodeFor(1, true), clusterNodeFor(2, false, { models: [only, NODE_MODEL] })]
  const view = new SimulatedView(nodes)
  const registry = new Registry()
  registerClusterGauges(registry, view)
  view.setLink(nodes[1]!.nodeId, 'down')
  const samples = await samplesOf(registry)
  expect(samples).toContain('skein_cluster_model_nodes{model="only/there"} 0')
  expect(samples).toContain(`skein_cluster_model_nodes{model="${MODEL}"} 1`)
})

test('a node that is in no cluster is the only one', async () => {
  const registry = new Registry()
  registerClusterGauges(registry, createLoneNode('attic'))
  const samples = await samplesOf(registry)
  expect(samples).toContain('skein_node_up{node="attic"} 1')
  expect(samples).toContain('skein_cluster_nodes{state="down"} 0')
})
