import { expect, test } from 'bun:test'
import {
  batchPriorityOf,
  createOrderedBatching,
  shareBatch,
} from '../../../../../../services/chat/engines/node-llama-cpp/ordered-batching.ts'

type BatchItem = Parameters<typeof shareBatch>[0][number]

const item = (sequence: number, tokens: number): BatchItem => ({
  tokens: Array.from({ length: tokens }, () => 1 as BatchItem['tokens'][number]),
  logits: [],
  evaluationPriority: batchPriorityOf(sequence),
})

const shares = (items: readonly BatchItem[], size: number): [number, number][] =>
  shareBatch(items, size).map((part) => [part.item.evaluationPriority, part.processAmount])

test('sequences are in ascending order of their ids', () => {
  expect(shares([item(12, 1), item(3, 1), item(0, 1), item(7, 1)], 512)).toEqual([
    [0, 1],
    [3, 1],
    [7, 1],
    [12, 1],
  ])
})

test('answers get their token beside a prompt, which gets the rest', () => {
  expect(shares([item(1, 600), item(0, 1), item(2, 1)], 512)).toEqual([
    [0, 1],
    [1, 510],
    [2, 1],
  ])
})

test('prompts share a batch equally', () => {
  expect(shares([item(0, 600), item(1, 600), item(2, 10)], 512)).toEqual([
    [0, 332],
    [1, 170],
    [2, 10],
  ])
})

test('more sequences than places: those with the lowest ids go first, one token each', () => {
  expect(shares([item(2, 5), item(1, 5), item(0, 5)], 2)).toEqual([
    [0, 1],
    [1, 1],
  ])
})

test('a batch waits for the sequences that take part, but not for ever', () => {
  const batching = createOrderedBatching()
  const one = [item(0, 1)]
  batching.enter()
  batching.enter()
  const plan = () => batching.strategy({ items: one, size: 512 })
  for (let wait = 0; wait < 64; wait++) expect(plan()).toEqual([])
  expect(plan().length).toBe(1)
  expect(plan()).toEqual([])
  batching.leave()
  expect(plan().length).toBe(1)
})
