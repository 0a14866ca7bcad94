import { expect, test } from 'bun:test'
import { createChooseAnthropicModel } from '@service/router/features/anthropic-proxy/choose-anthropic-model.ts'
import { createChooseModel } from '@service/router/features/models/choose-model.ts'
import { DEFAULT_ANTHROPIC_PROXY } from '@shared/dialects/toolpiper/toolpiper-anthropic-proxy.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'

/** Models of which the router knows `known`; model-store has `all`. */
const createChoice = (changes: object, known: readonly string[] | undefined, all: readonly string[]) => {
  const models = {
    cards: known?.map((id) => scriptedCard(id)),
    refreshes: 0,
    async refresh() {
      models.refreshes += 1
      models.cards = all.map((id) => scriptedCard(id))
    },
    states: async () => [],
  }
  const current = { ...DEFAULT_ANTHROPIC_PROXY, ...changes }
  const chooseModel = createChooseModel(models)
  return { models, choose: createChooseAnthropicModel({ chooseModel, models, settings: { current } }) }
}

test('a model of this node comes first, whatever the settings say', async () => {
  const { choose } = createChoice({ modelMap: { '*': 'llama' } }, ['llama', 'claude-mine'], [])
  expect<string>(await choose('Claude-Mine', 'chat', 'anthropic')).toBe('claude-mine')
})

test('before the catalogue is there it is asked for', async () => {
  const { choose, models } = createChoice({}, undefined, ['llama', 'claude-mine'])
  expect<string>(await choose('claude-mine', 'chat', 'anthropic')).toBe('claude-mine')
  expect(models.refreshes).toBe(1)
})

test('a name of Claude’s is answered without asking model-store', async () => {
  const { choose, models } = createChoice({ backend: { type: 'local', id: 'big' } }, ['llama', 'big'], [])
  expect<string>(await choose('claude-opus-5', 'chat', 'anthropic')).toBe('big')
  expect(models.refreshes).toBe(0)
})

test('another name may be of a model that came a moment ago; only then the fallback answers', async () => {
  const { choose } = createChoice({ fallbackModel: 'llama' }, ['llama'], ['llama', 'new'])
  expect<string>(await choose('new', 'chat', 'anthropic')).toBe('new')
  expect<string>(await choose('older', 'chat', 'anthropic')).toBe('llama')
})

test('other dialects, and requests without a name, know nothing of the settings', async () => {
  const { choose } = createChoice(
    { modelMap: { '*': 'b' }, backend: { type: 'local', id: 'b' } },
    ['a', 'b'],
    ['a', 'b'],
  )
  await expect(choose('claude-opus-5', 'chat', 'openai')).rejects.toMatchObject({ code: 'model_not_found' })
  expect<string>(await choose(' ', 'chat', 'anthropic')).toBe('a')
  expect<string>(await choose(undefined, 'chat', 'anthropic')).toBe('a')
})

test('a model of the settings that was taken away is named', async () => {
  const { choose } = createChoice({ modelMap: { claude: 'gone' } }, ['llama'], ['llama'])
  const choice = choose('claude-opus-5', 'chat', 'anthropic')
  await expect(choice).rejects.toMatchObject({ code: 'model_not_found', details: { model: 'gone' } })
  await expect(choice).rejects.toThrow(/'gone' answer for 'claude-opus-5'/)
})

test('without any model the fault is that there is none', async () => {
  const { choose } = createChoice({}, [], [])
  await expect(choose('claude-opus-5', 'chat', 'anthropic')).rejects.toMatchObject({ code: 'no_model' })
})

test('a name that goes on and on is nobody’s', async () => {
  const { choose } = createChoice({ fallbackModel: 'llama' }, ['llama'], ['llama'])
  const name = `claude-${'a'.repeat(300)}`
  await expect(choose(name, 'chat', 'anthropic')).rejects.toMatchObject({ code: 'model_not_found' })
})
