import { describe, expect, test } from 'bun:test'
import { FairQueue } from '@service/router/policy/admission/fair-queue.ts'
import type { QueuedWork } from '@service/router/policy/admission/fair-queue.ts'

const work = (ticket: number, caller: string, costTokens: number): QueuedWork => ({
  ticket,
  caller,
  costTokens,
})

const queueOf = (...works: readonly QueuedWork[]): FairQueue<QueuedWork> => {
  const queue = new FairQueue<QueuedWork>()
  for (const each of works) queue.add(each)
  return queue
}

/** Serves so many, one after the other, each taking what was expected. */
const serve = (queue: FairQueue<QueuedWork>, count: number): number[] =>
  Array.from({ length: count }, () => {
    const taken = queue.take()
    if (taken !== undefined) queue.finish(taken.caller, 0)
    return taken?.ticket ?? 0
  })

test('one caller alone is served in the order in which the work came', () => {
  const queue = queueOf(work(1, 'a', 10), work(2, 'a', 1), work(3, 'a', 5))
  expect(serve(queue, 4)).toEqual([1, 2, 3, 0])
})

test('callers get as many tokens as each other, not as many requests', () => {
  const long = Array.from({ length: 4 }, (_, at) => work(at + 1, 'long', 100))
  const short = Array.from({ length: 20 }, (_, at) => work(at + 5, 'short', 20))
  const order = serve(queueOf(...long, ...short), 12)
  expect(order.filter((ticket) => ticket <= 4)).toHaveLength(2)
})

test('one short request goes before five hundred long ones that came earlier', () => {
  const queue = queueOf(...Array.from({ length: 500 }, (_, at) => work(at + 1, 'many', 5000)))
  const running = queue.take()
  queue.add(work(501, 'one', 10))
  queue.finish(running!.caller, 0)
  expect(queue.take()?.ticket).toBe(501)
})

test('time that a caller did not use is not saved up', () => {
  const queue = queueOf(...Array.from({ length: 10 }, (_, at) => work(at + 1, 'busy', 10)))
  serve(queue, 4)
  for (let at = 11; at <= 20; at += 1) queue.add(work(at, 'late', 10))
  expect(serve(queue, 6).filter((ticket) => ticket > 10)).toHaveLength(3)
})

describe('what work really took', () => {
  test('is put right when it is done', () => {
    const queue = queueOf(
      ...[1, 2, 3].map((at) => work(at, 'a', 10)),
      ...[4, 5, 6].map((at) => work(at, 'b', 10)),
    )
    expect(queue.take()?.ticket).toBe(1)
    queue.finish('a', 15)
    expect(serve(queue, 5)).toEqual([4, 5, 6, 2, 3])
  })

  test('is given back when it was less', () => {
    const queue = queueOf(work(1, 'a', 100), work(2, 'a', 100), work(3, 'b', 20), work(4, 'b', 20))
    expect(queue.take()?.ticket).toBe(1)
    queue.finish('a', -95)
    expect(serve(queue, 3)).toEqual([3, 2, 4])
  })

  test('may be told after it is done', () => {
    const queue = queueOf(work(1, 'a', 10), work(2, 'b', 10), work(3, 'a', 10), work(4, 'b', 10))
    serve(queue, 2)
    queue.correct('a', 30)
    expect(serve(queue, 2)).toEqual([4, 3])
    queue.correct('nobody', 30)
  })
})

test('a request that leaves is not charged, and the others move up', () => {
  const queue = queueOf(work(1, 'a', 10), work(2, 'a', 10), work(3, 'b', 10))
  expect(queue.remove('a', 1)?.ticket).toBe(1)
  expect(queue.remove('a', 1)).toBeUndefined()
  expect(queue.remove('nobody', 1)).toBeUndefined()
  expect(serve(queue, 2)).toEqual([2, 3])
  expect(queue.total(() => 1)).toEqual({ requests: 0, ms: 0 })
})

describe('what is ahead', () => {
  test('of a request are those that will be served before it', () => {
    const queue = queueOf(
      ...[1, 2, 3, 4].map((at) => work(at, 'a', 30)),
      ...[5, 6, 7].map((at) => work(at, 'b', 10)),
      work(8, 'c', 500),
    )
    const callers = { 1: 'a', 2: 'a', 3: 'a', 4: 'a', 5: 'b', 6: 'b', 7: 'b', 8: 'c' } as const
    const expected = new Map(
      ([1, 2, 3, 4, 5, 6, 7, 8] as const).map((ticket) => [
        ticket,
        queue.ahead(callers[ticket], ticket, () => 1).requests,
      ]),
    )
    serve(queue, 8).forEach((ticket, at) => expect([ticket, expected.get(ticket as 1)]).toEqual([ticket, at]))
  })

  test('of one that is not here yet is what its caller has and the share of the others', () => {
    const queue = queueOf(work(1, 'a', 30), work(2, 'a', 30), work(3, 'b', 40))
    expect(queue.ahead('b', undefined, () => 1)).toEqual({ requests: 3, ms: 100 })
    expect(queue.ahead('c', undefined, () => 1)).toEqual({ requests: 2, ms: 70 })
    expect(new FairQueue().ahead('a', undefined, () => 1)).toEqual({ requests: 0, ms: 0 })
  })

  test('takes each caller as long as that caller usually takes', () => {
    const queue = queueOf(work(1, 'fast', 100), work(2, 'slow', 100), work(3, 'slow', 100))
    const msPerTokenOf = (caller: string): number => (caller === 'slow' ? 10 : 1)
    expect(queue.ahead('slow', 3, msPerTokenOf)).toEqual({ requests: 2, ms: 1100 })
    expect(queue.total(msPerTokenOf)).toEqual({ requests: 3, ms: 2100 })
  })
})
