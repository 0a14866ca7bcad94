import { expect, test } from 'bun:test'
import { boundedSignal } from '@service/router/adapters/doctor/bounded-signal.ts'
import { eventually } from '../../../../../support/eventually.ts'

test('it ends with the first of the others', () => {
  const [one, other] = [new AbortController(), new AbortController()]
  const bounded = boundedSignal([one.signal, other.signal], 60_000)
  expect(bounded.signal.aborted).toBe(false)
  other.abort()
  expect(bounded.signal.aborted).toBe(true)
  bounded.release()
  expect(boundedSignal([other.signal], 1).signal.aborted).toBe(true)
})

test('it ends by itself, unless it was released', async () => {
  const released = boundedSignal([], 5)
  released.release()
  const bounded = boundedSignal([], 10)
  await eventually('its time is over', () => bounded.signal.aborted)
  expect(released.signal.aborted).toBe(false)
})

test('a released one has nothing to do with the others any more', () => {
  const other = new AbortController()
  const bounded = boundedSignal([other.signal], 60_000)
  bounded.release()
  other.abort()
  expect(bounded.signal.aborted).toBe(false)
})
