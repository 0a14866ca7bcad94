import { expect, test } from 'bun:test'
import { nodeLabels } from '@service/router/features/metrics/node-labels.ts'
import { clusterNodeFor } from '../../../../../support/placement-simulation/cluster-node-for.ts'

test('two nodes of one name are told apart by the end of their ids, others have their name', () => {
  const [one, two, three] = [1, 2, 3].map((number) => clusterNodeFor(number, number === 1))
  const labels = nodeLabels([one!, { ...two!, name: 'studio' }, { ...three!, name: 'studio' }])
  expect([...labels.values()]).toEqual([
    'node-1',
    `studio (${two!.nodeId.slice(-8)})`,
    `studio (${three!.nodeId.slice(-8)})`,
  ])
})
