import { expect, test } from 'bun:test'
import { createChooseModel } from '@service/router/features/models/choose-model.ts'
import { ModelsElsewhere } from '@service/router/features/models/models-elsewhere.ts'
import type { ClusterNode } from '@service/router/features/cluster/cluster-view.ts'
import { Fault } from '@shared/fault/fault.ts'
import { createLoneNode } from '@service/router/features/cluster/lone-node.ts'
import { createScriptedNodes, nodeModel } from '../../../../../support/scripted-nodes.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'

const own = (cards: readonly ReturnType<typeof scriptedCard>[], loaded: readonly string[] = []) => ({
  cards,
  refresh: () => Promise.resolve(),
  states: async () =>
    loaded.map((id) => ({
      id: scriptedCard(id).id,
      state: 'ready',
      lastUsedAt: null,
      engine: 'x',
      memoryBytes: 1,
    })),
})

const chooser = (
  cards: Parameters<typeof own>[0],
  loaded: readonly string[] = [],
  warm: readonly string[] = [],
) => {
  const nodes = createScriptedNodes([], { mini: ['far', 'shared'] })
  const { view } = nodes.cluster
  const warmView = {
    ...view,
    get nodes(): readonly ClusterNode[] {
      return view.nodes.map((node) =>
        node.isSelf
          ? node
          : {
              ...node,
              topics: {
                ...node.topics,
                load: {
                  isDraining: false,
                  budgetBytes: 0,
                  heldBytes: 0,
                  lanes: [],
                  warm: warm.map((id) => scriptedCard(id).id),
                },
              },
            },
      )
    },
  }
  return { nodes, choose: createChooseModel(own(cards, loaded), new ModelsElsewhere(warmView)) }
}

test('a name means a model of any node that is up, by alias and owner too', async () => {
  const { choose, nodes } = chooser([scriptedCard('near')])
  expect(String(await choose('owner/FAR', 'chat'))).toBe('far')
  nodes.peer('mini').models = [nodeModel('far', { aliases: ['gpt-4'] })]
  expect(String(await choose('gpt-4', 'chat'))).toBe('far')
  nodes.peer('mini').isUp = false
  await expect(choose('far', 'chat')).rejects.toMatchObject({ code: 'model_not_found' })
})

test('without a name it is the loaded one here, else the loaded one elsewhere, else the first here', async () => {
  const cards = [scriptedCard('near'), scriptedCard('near2')]
  expect(String(await chooser(cards, ['near2'], ['far']).choose('', 'chat'))).toBe('near2')
  expect(String(await chooser(cards, [], ['shared']).choose('', 'chat'))).toBe('shared')
  expect(String(await chooser(cards).choose('', 'chat'))).toBe('near')
})

test('the test model of a new node answers only while there is no other anywhere', async () => {
  const cards = [scriptedCard('first-steps', { isTestModel: true })]
  const { choose, nodes } = chooser(cards, ['first-steps'])
  expect(String(await choose('', 'chat'))).toBe('far')
  nodes.peer('mini').isUp = false
  expect(String(await choose('', 'chat'))).toBe('first-steps')
})

test('a file that is broken here does not hide the sound one elsewhere', async () => {
  const { choose, nodes } = chooser([scriptedCard('shared', { defect: 'truncated' })])
  nodes.peer('mini').models = [nodeModel('shared')]
  expect(String(await choose('', 'chat'))).toBe('shared')
})

test('what other nodes have is found while model-store of this one is away', async () => {
  const nodes = createScriptedNodes([], { mini: ['far'] })
  const away = {
    cards: undefined,
    refresh: () => Promise.reject(new Fault('unavailable', 'away')),
    states: () => Promise.reject(new Fault('unavailable', 'away')),
  }
  const choose = createChooseModel(away, new ModelsElsewhere(nodes.cluster.view))
  expect(String(await choose('far', 'chat'))).toBe('far')
  await expect(choose('near', 'chat')).rejects.toMatchObject({ code: 'unavailable' })
})

test('a node that is alone gives the list of its cards itself: nothing is merged', () => {
  const cards = [scriptedCard('near')]
  const elsewhere = new ModelsElsewhere(createLoneNode('attic'))
  expect(elsewhere.withOwn(cards)).toBe(cards)
  expect(elsewhere.notFound('x')).toBeUndefined()
})

test('lists are merged again only when one of them is another', () => {
  const nodes = createScriptedNodes([], { mini: ['far'] })
  const elsewhere = new ModelsElsewhere(nodes.cluster.view)
  const cards = [scriptedCard('near')]
  const first = elsewhere.withOwn(cards)
  expect(elsewhere.withOwn(cards)).toBe(first)
  nodes.peer('mini').models = [nodeModel('other')]
  expect(elsewhere.withOwn(cards).map(({ id }) => String(id))).toEqual(['near', 'other'])
})
