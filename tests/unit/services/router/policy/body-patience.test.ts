import { expect, test } from 'bun:test'
import { bodyPatienceMs, GRACE_MS, SLOWEST_BYTES_PER_SECOND } from '@service/router/policy/body-patience.ts'

test('at first everybody has the same grace', () => {
  expect(bodyPatienceMs({ receivedBytes: 0, waitedMs: 0 })).toBe(GRACE_MS)
})

test('who sends just fast enough keeps it, however long that takes', () => {
  for (const seconds of [60, 3600]) {
    const progress = { receivedBytes: seconds * SLOWEST_BYTES_PER_SECOND, waitedMs: seconds * 1000 }
    expect(bodyPatienceMs(progress)).toBe(GRACE_MS)
  }
})

test('who sends a byte each second uses it up', () => {
  expect(bodyPatienceMs({ receivedBytes: 20, waitedMs: 20_000 })).toBeLessThan(GRACE_MS / 2)
  expect(bodyPatienceMs({ receivedBytes: 31, waitedMs: 31_000 })).toBe(0)
})
