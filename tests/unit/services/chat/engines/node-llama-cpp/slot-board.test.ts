import { expect, test } from 'bun:test'
import { SlotBoard } from '../../../../../../services/chat/engines/node-llama-cpp/slot-board.ts'

const NEVER = new AbortController().signal

test('the lowest slots go first, and come back with what is in their cache', async () => {
  const board = new SlotBoard(['a', 'b'])
  const first = await board.take([1, 2, 3, 4], NEVER)
  expect(first).toMatchObject({ id: 0, sequence: 'a', reusedTokens: 0 })
  const second = await board.take([9], NEVER)
  expect(second).toMatchObject({ id: 1, sequence: 'b' })
  second.release([9, 8])
  first.release([1, 2, 3, 4])
  expect(await board.take([1, 2, 3, 4, 5], NEVER)).toMatchObject({ id: 0, reusedTokens: 4 })
})

test('who waits is served in order', async () => {
  const board = new SlotBoard(['only'])
  const order: number[] = []
  const taken = await board.take([1], NEVER)
  const waiting = [1, 2, 3].map(async (place) => {
    const slot = await board.take([place], NEVER)
    order.push(place)
    slot.release([])
  })
  taken.release([])
  await Promise.all(waiting)
  expect(order).toEqual([1, 2, 3])
})

test('who gives up leaves the line', async () => {
  const board = new SlotBoard(['only'])
  const taken = await board.take([1], NEVER)
  const stop = new AbortController()
  const reason = new Error('enough')
  const left = board.take([2], stop.signal).catch((error: unknown) => error)
  const next = board.take([3], NEVER)
  stop.abort(reason)
  expect(await left).toBe(reason)
  taken.release([])
  expect(await next).toMatchObject({ id: 0 })
  expect(await board.take([4], AbortSignal.abort(reason)).catch((error: unknown) => error)).toBe(reason)
})
