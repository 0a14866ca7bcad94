import { expect, test } from 'bun:test'
import { checkTokenTraits } from '@service/router/features/access/token-traits.ts'
import { Fault } from '@shared/fault/fault.ts'

const models = { cards: [], refresh: () => Promise.resolve() }
const routes = () => ({ find: () => undefined, methodsOf: () => [] })
const elsewhere = { withOwn: () => [{ id: 'far', aliases: [] }] }

test('a key may be bound to a model that only another node has, under the id that it has there', async () => {
  const traits = await checkTokenTraits(
    { models: ['FAR'], endpointId: 'far' },
    { models, elsewhere: elsewhere as never, routes, now: Date.now },
  )
  expect(traits).toEqual({ models: ['far'], endpointId: 'far' })
})

test('a model that no node has is named', async () => {
  const refused = await checkTokenTraits({ models: ['far'] }, { models, routes, now: Date.now }).catch(
    (error: unknown) => error,
  )
  expect(refused).toBeInstanceOf(Fault)
  expect(refused).toMatchObject({ code: 'model_not_found', param: 'models[0]' })
})
