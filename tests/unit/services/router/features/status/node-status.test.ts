import { expect, test } from 'bun:test'
import { readNodeStatus } from '@service/router/features/status/node-status.ts'
import { createLoneNode } from '@service/router/features/cluster/lone-node.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'

const ports = {
  node: { name: 'test', version: '1', platform: 'linux', port: () => 1, uptimeSeconds: () => 2 },
  states: () => [],
  admission: { waitingCount: 3, runningCount: 4 },
  view: createLoneNode('test'),
}

test('without model-store the last known models are there, in a state that nobody knows', async () => {
  const models = {
    cards: [scriptedCard('a')],
    refresh: () => Promise.resolve(),
    states: () => Promise.reject(new Error('down')),
  }
  const status = await readNodeStatus({ ...ports, models })
  expect(status.models).toEqual([{ id: 'a', state: 'unknown' }])
  expect(status.queue).toEqual({ waiting: 3, running: 4 })
  expect(status.cluster).toBeNull()
  expect((await readNodeStatus({ ...ports, models: { ...models, cards: undefined } })).models).toEqual([])
})

test('the nodes of its cluster are named with their links', async () => {
  const models = { cards: [], refresh: () => Promise.resolve(), states: () => Promise.resolve([]) }
  const lone = createLoneNode('test')
  const view = { clusterId: 'c1', nodes: [lone.self, { ...lone.self, name: 'mini', link: 'down' as const }] }
  expect((await readNodeStatus({ ...ports, models, view })).cluster).toEqual({
    id: 'c1',
    nodes: [
      { name: 'test', link: 'self' },
      { name: 'mini', link: 'down' },
    ],
  })
})
