import { expect, test } from 'bun:test'
import { linkMap, linksOf } from '@service/router/features/doctor/link-map.ts'
import { clusterNodeFor } from '../../../../../support/placement-simulation/cluster-node-for.ts'
import { SimulatedView } from '../../../../../support/placement-simulation/simulated-view.ts'

const nodes = [1, 2, 3].map((number) => clusterNodeFor(number, number === 1))
const ids = nodes.map(({ nodeId }) => nodeId)
const [, two, three] = ids

test('what is told of a link changes only when the link does', () => {
  const view = new SimulatedView(nodes.map((node) => ({ ...node, rttMs: 1.2345 })))
  view.setLink(three!, 'down')
  expect(linksOf(view, new Map([[two!, 5e8]]))).toEqual([
    { to: two!, state: 'up', rttMs: 1.2, bytesPerSecond: 5e8 },
    { to: three!, state: 'down', rttMs: null, bytesPerSecond: null },
  ])
})

test('the map has what each node told of members; one that is down tells nothing', () => {
  const view = new SimulatedView(nodes)
  const told = ids.map((to) => ({ to, state: 'up' as const, rttMs: 2, bytesPerSecond: null }))
  const stranger = { ...told[0]!, to: clusterNodeFor(9, false).nodeId }
  view.tell(two!, 'links', [told[0]!, told[2]!, stranger])
  view.tell(three!, 'links', [told[0]!])
  view.setLink(three!, 'down')
  const { links } = linkMap(view, new Map())
  expect(links.map(({ from, state, to }) => [ids.indexOf(from), ids.indexOf(to), state])).toEqual([
    [0, 1, 'up'],
    [0, 2, 'down'],
    [1, 0, 'up'],
    [1, 2, 'up'],
  ])
})
