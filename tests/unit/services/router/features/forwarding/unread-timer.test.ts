import { expect, test } from 'bun:test'
import { UnreadTimer } from '@service/router/features/forwarding/unread-timer.ts'
import { createManualClock } from '../../../../../support/manual-clock.ts'

const createTimer = () => {
  const clock = createManualClock()
  const looks: number[] = []
  const timer = new UnreadTimer({
    clock: {
      now: clock.now,
      after(delayMs, callback) {
        looks.push(delayMs)
        return clock.after(delayMs, callback)
      },
    },
    unreadMs: 1000,
  })
  const fired: number[] = []
  return { timer, clock, looks, fired, start: () => timer.start(() => void fired.push(clock.now())) }
}

test('a chunk that is not read in time is told of once, as late as that', async () => {
  const { clock, fired, start } = createTimer()
  start()
  await clock.advance(999)
  expect(fired).toEqual([])
  await clock.advance(5000)
  expect(fired).toEqual([1000])
})

test('each chunk has the whole time, and a thousand of them one timer', async () => {
  const { clock, fired, looks, start, timer } = createTimer()
  for (let chunk = 0; chunk < 999; chunk += 1) {
    start()
    timer.pause()
  }
  await clock.advance(400)
  start()
  expect(looks).toEqual([1000])
  await clock.advance(999)
  expect(fired).toEqual([])
  await clock.advance(1)
  expect(fired).toEqual([1400])
})

test('nobody is hurried while the next chunk is not there yet', async () => {
  const { clock, fired, start, timer } = createTimer()
  start()
  timer.pause()
  await clock.advance(10_000)
  expect(fired).toEqual([])
  start()
  await clock.advance(1000)
  expect(fired).toEqual([11_000])
})

test('nothing follows the end', async () => {
  const { clock, fired, start, timer } = createTimer()
  start()
  timer.end()
  await clock.advance(10_000)
  expect(fired).toEqual([])
})
