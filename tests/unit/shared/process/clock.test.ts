import { expect, test } from 'bun:test'
import { pause, systemClock } from '@shared/process/clock.ts'
import { createManualClock, settled } from '../../../support/manual-clock.ts'

const isOver = async (promise: Promise<void>): Promise<boolean> => {
  let over = false
  void promise.then(() => {
    over = true
  })
  await settled()
  return over
}

test('a pause ends when its time is over, not before', async () => {
  const clock = createManualClock()
  const waiting = pause(clock, 100, new AbortController().signal)
  await clock.advance(99)
  expect(await isOver(waiting)).toBe(false)
  await clock.advance(1)
  expect(await isOver(waiting)).toBe(true)
})

test('a pause ends early when its signal fires, and leaves no timer behind', async () => {
  let timers = 0
  const clock = {
    now: () => 0,
    after: () => {
      timers += 1
      return () => void (timers -= 1)
    },
  }
  const controller = new AbortController()
  const waiting = pause(clock, 100, controller.signal)
  expect(timers).toBe(1)
  controller.abort()
  expect(await isOver(waiting)).toBe(true)
  expect(timers).toBe(0)
})

test('a pause whose signal has fired already does not wait', async () => {
  expect(await isOver(pause(createManualClock(), 100, AbortSignal.abort()))).toBe(true)
})

test('the real clock waits, and takes a call back when asked', async () => {
  const calls: string[] = []
  const cancel = systemClock.after(5, () => void calls.push('cancelled'))
  cancel()
  const began = systemClock.now()
  await pause(systemClock, 20, new AbortController().signal)
  expect(systemClock.now() - began).toBeGreaterThanOrEqual(19)
  expect(calls).toEqual([])
})
