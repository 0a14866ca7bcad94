import { expect, test } from 'bun:test'
import { createChooseModel } from '@service/router/features/models/choose-model.ts'
import type { ModelState } from '@service/router/features/models/node-models.ts'
import { Fault } from '@shared/fault/fault.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'

const state = (id: string, name: string, lastUsedAt: string | null = null): ModelState => ({
  id: scriptedCard(id).id,
  state: name,
  lastUsedAt,
  engine: null,
  memoryBytes: 0,
})

/** Models of which the router knows `known`; model-store has `all`. */
const createModels = (options: {
  known?: readonly string[]
  all: readonly string[]
  states?: readonly ModelState[] | Error
}) => {
  const models = {
    cards: options.known?.map((id) => scriptedCard(id)),
    refreshes: 0,
    async refresh() {
      models.refreshes += 1
      models.cards = options.all.map((id) => scriptedCard(id))
    },
    async states() {
      if (options.states instanceof Error) throw options.states
      return options.states ?? []
    },
  }
  return models
}

test('a known name is resolved without asking anybody', async () => {
  const models = createModels({ known: ['llama'], all: [] })
  expect(await createChooseModel(models)('Owner/LLAMA', 'chat')).toBe(scriptedCard('llama').id)
  expect(models.refreshes).toBe(0)
})

test('a name that is not known is looked up in model-store once', async () => {
  const models = createModels({ known: ['llama'], all: ['llama', 'new'] })
  const chooseModel = createChooseModel(models)
  expect(await chooseModel('new', 'chat')).toBe(scriptedCard('new').id)
  await expect(chooseModel('none', 'chat')).rejects.toMatchObject({ code: 'model_not_found' })
  expect(models.refreshes).toBe(2)
})

test('without a name the model that was used last is meant', async () => {
  const models = createModels({
    known: ['a', 'b', 'c', 'd'],
    all: [],
    states: [
      state('a', 'unloaded'),
      state('b', 'ready', '2026-01-01T00:00:00Z'),
      state('c', 'busy', '2026-01-02T00:00:00Z'),
      state('d', 'loading'),
    ],
  })
  expect(await createChooseModel(models)(undefined, 'chat')).toBe(scriptedCard('c').id)
})

test('without a name and without a word about what is loaded, the first able model is meant', async () => {
  const models = createModels({ known: ['a', 'b'], all: [], states: new Error('down') })
  expect(await createChooseModel(models)('  ', 'chat')).toBe(scriptedCard('a').id)
})

test('no models at all is said as such', async () => {
  const models = createModels({ all: [] })
  await expect(createChooseModel(models)('', 'chat')).rejects.toMatchObject({ code: 'no_model' })
})

test('while model-store cannot be asked for a name, nobody claims that it does not exist', async () => {
  const models = {
    cards: [scriptedCard('a')],
    refresh: () => Promise.reject(new Fault('unavailable', 'down')),
    states: () => Promise.resolve([]),
  }
  await expect(createChooseModel(models)('b', 'chat')).rejects.toMatchObject({ code: 'unavailable' })
})
