import { expect, test } from 'bun:test'
import { Catalogue } from '@service/model-store/features/catalogue/catalogue.ts'
import { createWaitForCatalogue } from '@service/model-store/features/catalogue/wait-for-catalogue.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'
import { foundModel, memoryRecords, soundInspection } from './found-models.ts'

const NEVER = new AbortController().signal

const create = () => {
  const clock = createManualClock()
  const catalogue = new Catalogue(memoryRecords())
  const change = (): void =>
    catalogue.change([
      {
        id: parseModelId('a')!,
        found: foundModel('/a.gguf'),
        inspection: soundInspection(),
        inspectorVersion: 1,
        firstSeenMs: 0,
        absentSinceMs: null,
      },
    ])
  return { catalogue, clock, change, wait: createWaitForCatalogue(catalogue, clock) }
}

/** Whether a promise has settled once everything ready has run. */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let isDone = false
  void promise.then(() => (isDone = true))
  await settled()
  return isDone
}

test('without a revision, or with another than the current, the answer comes at once', async () => {
  const { change, wait } = create()
  expect(await wait(undefined, NEVER)).toEqual({ revision: 0, models: [] })
  change()
  expect(await wait(0, NEVER)).toMatchObject({ revision: 1, models: [{ id: 'a' }] })
  // A revision from the future: the caller remembers another database.
  expect((await wait(99, NEVER)).revision).toBe(1)
})

test('the current revision waits for the next', async () => {
  const { change, wait } = create()
  const waiting = wait(0, NEVER)
  expect(await isSettled(waiting)).toBe(false)
  change()
  expect(await waiting).toMatchObject({ revision: 1 })
})

test('the wait ends after 25 s with the same revision', async () => {
  const { clock, wait } = create()
  const waiting = wait(0, NEVER)
  await clock.advance(24_999)
  expect(await isSettled(waiting)).toBe(false)
  await clock.advance(1)
  expect((await waiting).revision).toBe(0)
})

test('a caller who leaves ends the wait', async () => {
  const { wait } = create()
  const client = new AbortController()
  const waiting = wait(0, client.signal)
  client.abort()
  expect((await waiting).revision).toBe(0)
})
