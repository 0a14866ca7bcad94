import { expect, test } from 'bun:test'
import type { PeerTransport } from '@service/router/features/other-nodes/peer-transport.ts'
import { readClusterMetrics } from '@service/router/features/metrics/cluster-metrics.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'
import { clusterNodeFor } from '../../../../../support/placement-simulation/cluster-node-for.ts'
import { SimulatedView } from '../../../../../support/placement-simulation/simulated-view.ts'

type Send = PeerTransport['send']
const nodes = [1, 2, 3, 4].map((number) => clusterNodeFor(number, number === 1))
const numberOf = (nodeId: NodeId): number => nodes.findIndex((node) => node.nodeId === nodeId) + 1

const figures = 'skein_node_up{node="node-9"} 1\nskein_models_open{service="chat"} 2\n'

const upLines = (page: string): readonly string[] =>
  page.split('\n').filter((line) => line.startsWith('skein_node_up{'))

const setUp = (send: Send) => {
  const clock = createManualClock()
  const view = new SimulatedView(nodes)
  return {
    clock,
    view,
    read: () => readClusterMetrics({ clock, view, peers: { send }, readOwn: async () => figures }),
  }
}

test('all nodes are asked at once, and each sample says whose it is', async () => {
  const asked: string[] = []
  const { read } = setUp(async (nodeId, { method, pathAndQuery }) => {
    asked.push(`${numberOf(nodeId)} ${method} ${pathAndQuery}`)
    return new Response(figures)
  })
  const page = await read()
  expect(asked).toEqual([2, 3, 4].map((number) => `${number} GET /_skein/peer/metrics`))
  expect(page).toContain('skein_models_open{node="node-1",service="chat"} 2')
  expect(page).toContain('skein_models_open{node="node-4",service="chat"} 2')
  expect(upLines(page)).toEqual([1, 2, 3, 4].map((number) => `skein_node_up{node="node-${number}"} 1`))
})

test('who is slow, down, broken or too long is left out, and the page says so after a second at most', async () => {
  const endless = (): Response =>
    new Response(
      new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) }),
    )
  const { clock, read, view } = setUp((nodeId, { signal }) => {
    if (numberOf(nodeId) === 3) return Promise.resolve(endless())
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
  view.setLink(nodes[3]!.nodeId, 'down')
  const page = read()
  await settled()
  await clock.advance(1000)
  expect(upLines(await page)).toEqual([
    'skein_node_up{node="node-1"} 1',
    'skein_node_up{node="node-2"} 0',
    'skein_node_up{node="node-3"} 0',
    'skein_node_up{node="node-4"} 0',
  ])
})

test('a node that refuses has no figures', async () => {
  const { read } = setUp(async (nodeId) =>
    numberOf(nodeId) === 2 ? new Response('no such path', { status: 404 }) : new Response(figures),
  )
  const page = await read()
  expect(page).not.toContain('no such path')
  expect(upLines(page)[1]).toBe('skein_node_up{node="node-2"} 0')
})
