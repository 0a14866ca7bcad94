import { expect, test } from 'bun:test'
import { chooseSlot } from '../../../../../services/chat/policy/choose-slot.ts'
import type { SlotCache } from '../../../../../services/chat/policy/choose-slot.ts'

const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index)

const slot = (
  id: number,
  tokens: readonly number[] = [],
  lastUse = tokens.length === 0 ? 0 : 1,
): SlotCache => ({
  id,
  tokens,
  lastUse,
})

test('takes the lowest empty slot when nothing is in common', () => {
  expect(chooseSlot([slot(2), slot(1), slot(3)], [5, 6])).toEqual({ id: 1, reusedTokens: 0 })
})

test('goes on where the same conversation is in the cache', () => {
  const conversation = range(0, 50)
  const choice = chooseSlot(
    [slot(0), slot(1, range(100, 50)), slot(2, conversation)],
    [...conversation, 7, 8],
  )
  expect(choice).toEqual({ id: 2, reusedTokens: 50 })
})

test('prefers the longest common beginning', () => {
  const prompt = range(0, 100)
  const choice = chooseSlot([slot(0, range(0, 60)), slot(1, range(0, 80)), slot(2)], prompt)
  expect(choice).toEqual({ id: 1, reusedTokens: 80 })
})

test('leaves at least one token to evaluate', () => {
  const prompt = range(0, 10)
  expect(chooseSlot([slot(0, range(0, 30))], prompt)).toEqual({ id: 0, reusedTokens: 9 })
  expect(chooseSlot([slot(0, prompt)], prompt)).toEqual({ id: 0, reusedTokens: 9 })
  expect(chooseSlot([slot(0, [1])], [1])).toEqual({ id: 0, reusedTokens: 0 })
})

test('does not overwrite a conversation for the few tokens that all chats begin with', () => {
  const conversation = range(0, 1000)
  const other = [...range(0, 20), ...range(5000, 200)]
  expect(chooseSlot([slot(0, conversation), slot(1)], other)).toEqual({ id: 1, reusedTokens: 0 })
})

test('overwrites the conversation that was not used for the longest time', () => {
  const free = [slot(0, range(0, 40), 9), slot(1, range(100, 40), 4), slot(2, range(200, 40), 7)]
  expect(chooseSlot(free, range(900, 40))).toEqual({ id: 1, reusedTokens: 0 })
})

test('uses what little is in common with the slot that is overwritten anyway', () => {
  expect(chooseSlot([slot(0, range(0, 1000))], [...range(0, 20), ...range(5000, 200)])).toEqual({
    id: 0,
    reusedTokens: 20,
  })
})

test('chooses nothing where nothing is free', () => {
  expect(chooseSlot([], [1])).toBeUndefined()
})
