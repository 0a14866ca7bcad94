import { expect, test } from 'bun:test'
import { createRecentReading } from '@service/router/features/system/recent-reading.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'

const startReading = () => {
  const clock = createManualClock()
  const pending: PromiseWithResolvers<number>[] = []
  const read = createRecentReading(
    () => {
      const next = Promise.withResolvers<number>()
      pending.push(next)
      return next.promise
    },
    1000,
    () => clock.now(),
  )
  return { clock, pending, read }
}

test('who asks while a reading is on its way waits for that one, however long it takes', async () => {
  const { clock, pending, read } = startReading()
  const answers = Promise.all([read(), read()])
  await clock.advance(5000)
  const third = read()
  pending[0]!.resolve(7)
  expect(await answers).toEqual([7, 7])
  expect(await third).toBe(7)
  expect(pending).toHaveLength(1)
})

test('an answer is kept from the moment when it came, and then read again', async () => {
  const { clock, pending, read } = startReading()
  const first = read()
  await clock.advance(500)
  pending[0]!.resolve(1)
  expect(await first).toBe(1)
  await clock.advance(999)
  expect(await read()).toBe(1)
  await clock.advance(1)
  const second = read()
  pending[1]!.resolve(2)
  expect(await second).toBe(2)
})

test('a failure is told to those who waited for it, and not kept', async () => {
  const { pending, read } = startReading()
  const first = read()
  pending[0]!.reject(new Error('gone'))
  expect(first).rejects.toThrow('gone')
  await settled()
  const second = read()
  pending[1]!.resolve(2)
  expect(await second).toBe(2)
})
