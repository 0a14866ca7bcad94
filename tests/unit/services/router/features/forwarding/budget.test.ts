import { expect, test } from 'bun:test'
import { createBudget } from '@service/router/features/forwarding/budget.ts'

test('what is there can be taken, and taken again when it was given back', () => {
  const budget = createBudget(10, 'apples')
  const giveBack = budget.take(7)
  expect(() => budget.take(4)).toThrow('no room for more apples')
  budget.take(3)
  giveBack()
  expect(() => budget.take(7)).not.toThrow()
})

test('a refusal is that of a node without capacity, with a time to come back', () => {
  try {
    createBudget(0, 'apples').take(1)
    expect.unreachable()
  } catch (error) {
    expect(error).toMatchObject({ code: 'overloaded', retryAfterSeconds: 2 })
  }
})

test('what is given back twice was taken once', () => {
  const budget = createBudget(10, 'apples')
  const giveBack = budget.take(10)
  giveBack()
  giveBack()
  expect(() => budget.take(11)).toThrow()
})

test('a tab grows as far as there is room, and is given back as a whole', () => {
  const budget = createBudget(10, 'apples')
  const tab = budget.openTab()
  tab.add(4)
  tab.add(5)
  expect(() => tab.add(2)).toThrow('no room')
  expect(() => budget.take(2)).toThrow('no room')
  tab.close()
  tab.add(10)
  expect(() => budget.take(10)).not.toThrow()
})
