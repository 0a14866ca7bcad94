import { expect, test } from 'bun:test'
import { chooseThreads } from '@service/chat/policy/choose-threads.ts'

test('leaves one core free and shares the rest among the open models', () => {
  expect(chooseThreads(0, 2, 0)).toBe(1)
  expect(chooseThreads(0, 9, 0)).toBe(8)
  expect(chooseThreads(0, 9, 1)).toBe(4)
  expect(chooseThreads(0, 9, 20)).toBe(1)
  expect(chooseThreads(0, 1, 0)).toBe(1)
})

test('obeys the operator', () => {
  expect(chooseThreads(6, 2, 3)).toBe(6)
})
