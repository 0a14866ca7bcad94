import { expect, test } from 'bun:test'
import { createEventQueue } from '../../../../../../services/chat/engines/node-llama-cpp/event-queue.ts'

const rejection = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error)

test('events come out in order, whether they are waited for or not', async () => {
  const queue = createEventQueue<number>()
  const first = queue.next()
  queue.push(1)
  queue.push(2)
  queue.push(3)
  expect([await first, await queue.next(), await queue.next()]).toEqual([1, 2, 3])
})

test('a failure comes after what was pushed before it, and stays', async () => {
  const queue = createEventQueue<number>()
  const failure = new Error('gone')
  queue.push(1)
  queue.fail(failure)
  queue.fail(new Error('later'))
  expect(await queue.next()).toBe(1)
  expect(await rejection(queue.next())).toBe(failure)
  expect(await rejection(queue.next())).toBe(failure)
})

test('a failure reaches one who waits', async () => {
  const queue = createEventQueue<number>()
  const waiting = rejection(queue.next())
  const failure = new Error('gone')
  queue.fail(failure)
  expect(await waiting).toBe(failure)
})

test('who cancels sees nothing of what was pushed', async () => {
  const queue = createEventQueue<number>()
  const reason = new Error('enough')
  queue.push(1)
  queue.fail(new Error('gone'))
  queue.cancel(reason)
  expect(await rejection(queue.next())).toBe(reason)
})
