import { expect, test } from 'bun:test'
import { CatalogueWatch } from '@service/router/features/models/catalogue-watch.ts'
import type { ModelCatalogue } from '@shared/contracts/model-catalogue.ts'
import { createLog } from '@shared/log/create-log.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'

const catalogue = (revision: number, ...ids: string[]): ModelCatalogue => ({
  revision,
  models: ids.map((id) => scriptedCard(id)),
})

/** A watch whose questions the test answers. */
const createWatch = () => {
  const questions: {
    after: number | undefined
    answer: (catalogue: ModelCatalogue) => void
    fail: (error: Error) => void
  }[] = []
  const clock = createManualClock()
  const watch = new CatalogueWatch({
    fetchCatalogue(after, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<ModelCatalogue>()
      signal.addEventListener('abort', () => reject(signal.reason))
      questions.push({ after, answer: resolve, fail: reject })
      return promise
    },
    fetchStates: () => Promise.resolve([]),
    clock,
    log: createLog('test', 'silent'),
  })
  const ids = (): string[] | undefined => watch.cards?.map(({ id }) => id)
  return { watch, clock, questions, ids }
}

test('it asks for the next revision as soon as it has one', async () => {
  const { watch, questions, ids } = createWatch()
  void watch.start()
  expect(ids()).toBeUndefined()
  questions[0]!.answer(catalogue(4, 'a'))
  await settled()
  expect(ids()).toEqual(['a'])
  questions[1]!.answer(catalogue(5, 'a', 'b'))
  await settled()
  expect(ids()).toEqual(['a', 'b'])
  expect(questions.map(({ after }) => after)).toEqual([undefined, 4, 5])
  watch.stop()
})

test('it keeps what it knows while model-store is away, and begins anew when it is back', async () => {
  const { watch, clock, questions, ids } = createWatch()
  void watch.start()
  questions[0]!.answer(catalogue(9, 'a'))
  await settled()
  questions[1]!.fail(new Error('away'))
  await settled()
  expect(ids()).toEqual(['a'])
  expect(questions).toHaveLength(2)
  await clock.advance(1000)
  questions[2]!.answer(catalogue(1, 'b'))
  await settled()
  expect(ids()).toEqual(['b'])
  expect(questions.map(({ after }) => after)).toEqual([undefined, 9, undefined, 1])
  watch.stop()
})

test('until it has the first answer it asks ten times a second', async () => {
  const { watch, clock, questions, ids } = createWatch()
  void watch.start()
  questions[0]!.fail(new Error('not up yet'))
  await settled()
  await clock.advance(99)
  expect(questions).toHaveLength(1)
  await clock.advance(1)
  questions[1]!.answer(catalogue(1, 'a'))
  await settled()
  expect(ids()).toEqual(['a'])
  watch.stop()
})

test('it does not ask without a pause when the answers bring nothing new', async () => {
  const { watch, clock, questions } = createWatch()
  void watch.start()
  questions[0]!.answer(catalogue(1))
  await settled()
  questions[1]!.answer(catalogue(1))
  await settled()
  expect(questions).toHaveLength(2)
  await clock.advance(1000)
  expect(questions).toHaveLength(3)
  watch.stop()
})

test('many who look for a name at once are one question, and those right after it none', async () => {
  const { watch, clock, questions, ids } = createWatch()
  const waiting = Promise.all([watch.refresh(), watch.refresh(), watch.refresh()])
  expect(questions).toHaveLength(1)
  questions[0]!.answer(catalogue(1, 'a'))
  await waiting
  await watch.refresh()
  expect(questions).toHaveLength(1)
  expect(ids()).toEqual(['a'])
  await clock.advance(300)
  void watch.refresh()
  expect(questions).toHaveLength(2)
  questions[1]!.answer(catalogue(2))
  await settled()
})

test('a refresh that fails tells why', async () => {
  const { watch, questions } = createWatch()
  const refresh = watch.refresh()
  questions[0]!.fail(new Error('away'))
  await expect(refresh).rejects.toThrow('away')
})

test('it ends when it is stopped, in a question and in a pause', async () => {
  const asking = createWatch()
  const first = asking.watch.start()
  asking.watch.stop()
  await first
  const pausing = createWatch()
  const second = pausing.watch.start()
  pausing.questions[0]!.fail(new Error('away'))
  await settled()
  pausing.watch.stop()
  await second
  expect(pausing.questions).toHaveLength(1)
})
