import { expect, test } from 'bun:test'
import { crashPauseMs } from '@service/chat/policy/crash-guard.ts'

test('lets a model be opened again until it crashed three times in a minute', () => {
  expect(crashPauseMs([], 1000)).toBe(0)
  expect(crashPauseMs([900, 950], 1000)).toBe(0)
  expect(crashPauseMs([900, 950, 1000], 1000)).toBe(59_900)
  expect(crashPauseMs([900, 950, 1000], 60_900)).toBe(0)
})
