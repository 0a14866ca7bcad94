import { expect, test } from 'bun:test'
import { DelayedCalls } from '@service/router/features/forwarding/delayed-calls.ts'
import { createManualClock } from '../../../../../support/manual-clock.ts'

const createCalls = () => {
  const clock = createManualClock()
  const timers: number[] = []
  const calls = new DelayedCalls(
    {
      now: clock.now,
      after(delayMs, callback) {
        timers.push(delayMs)
        return clock.after(delayMs, callback)
      },
    },
    200,
  )
  const made: string[] = []
  return {
    clock,
    timers,
    calls,
    made,
    add: (name: string) => calls.add(() => void made.push(`${name} ${clock.now()}`)),
  }
}

test('a call is made when it is due', async () => {
  const { add, clock, made } = createCalls()
  add('a')
  await clock.advance(199)
  expect(made).toEqual([])
  await clock.advance(1000)
  expect(made).toEqual(['a 200'])
})

test('calls that are due shortly after another are made together, hardly later', async () => {
  const { add, clock, made, timers } = createCalls()
  add('a')
  for (const name of ['b', 'c', 'd']) {
    await clock.advance(5)
    add(name)
  }
  await clock.advance(1000)
  expect(made).toEqual(['a 200', 'b 220', 'c 220', 'd 220'])
  expect(timers).toEqual([200, 20])
})

test('a call after a pause waits its own time', async () => {
  const { add, clock, made } = createCalls()
  add('a')
  await clock.advance(150)
  add('b')
  await clock.advance(1000)
  add('c')
  await clock.advance(1000)
  expect(made).toEqual(['a 200', 'b 350', 'c 1350'])
})

test('a flush makes all of them at once, and none again', async () => {
  const { add, calls, clock, made } = createCalls()
  add('a')
  add('b')
  calls.flush()
  await clock.advance(1000)
  expect(made).toEqual(['a 0', 'b 0'])
})
