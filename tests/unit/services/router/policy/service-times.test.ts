import { expect, test } from 'bun:test'
import { ServiceTimes } from '@service/router/policy/service-times.ts'

test('nothing is known before the first request is done', () => {
  expect(new ServiceTimes().medianMs()).toBeUndefined()
})

test('one slow request among many does not move the middle', () => {
  const times = new ServiceTimes()
  for (const tookMs of [100, 110, 90_000, 105, 95]) times.add(tookMs)
  expect(times.medianMs()).toBe(105)
})

test('the middle follows when all requests become slower', () => {
  const times = new ServiceTimes()
  for (let count = 0; count < 100; count += 1) times.add(100)
  for (let count = 0; count < 16; count += 1) times.add(500)
  expect(times.medianMs()).toBe(500)
})
