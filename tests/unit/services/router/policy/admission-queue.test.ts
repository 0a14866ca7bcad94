import { describe, expect, test } from 'bun:test'
import { AdmissionQueue } from '@service/router/policy/admission-queue.ts'
import type { AdmissionRequest } from '@service/router/policy/admission-queue.ts'
import { SeededRandom } from '../../../../support/gguf/seeded-random.ts'

const BATCH_WAIT_MS = 30_000

/** A queue whose effects are written down in words. */
const createStory = (queueLimit = 10, slots = 1) => {
  const told: string[] = []
  const rules = { queueLimit, batchWaitMs: BATCH_WAIT_MS, modelTurnMs: 10_000 }
  const queue = new AdmissionQueue(rules, {
    grant: (ticket, waitedMs) => void told.push(`grant ${ticket} after ${waitedMs}`),
    refuse: (ticket, { reason, position, etaMs }) =>
      void told.push(`refuse ${ticket} ${reason} position ${position} eta ${etaMs}`),
  })
  /** Of 100 tokens, unless told otherwise. */
  const request = (ticket: number, changes: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
    ticket,
    requestId: `r${ticket}`,
    lane: 'a',
    slots,
    caller: 'local',
    requestClass: 'interactive',
    size: { bodyBytes: 400, limitTokens: 0 },
    memoryBytes: 0,
    ...changes,
  })
  /** What happened since it was asked last. */
  const happened = (): string[] => told.splice(0)
  return { queue, request, happened }
}

describe('the queue in front of the engines', () => {
  test('lets a request in at once when its lane has a free slot', () => {
    const { queue, request, happened } = createStory(10, 2)
    queue.onRequest(request(1), 0)
    queue.onRequest(request(2), 5)
    expect(happened()).toEqual(['grant 1 after 0', 'grant 2 after 0'])
    expect([queue.waitingCount, queue.runningCount]).toEqual([0, 2])
  })

  test('gives a slot that becomes free to the one who came first', () => {
    const { queue, request, happened } = createStory()
    for (const ticket of [1, 2, 3]) queue.onRequest(request(ticket), ticket)
    happened()
    queue.onDone(1, 100)
    expect(happened()).toEqual(['grant 2 after 98'])
    queue.onDone(2, 200)
    expect(happened()).toEqual(['grant 3 after 197'])
  })

  test('keeps the lanes of two models apart', () => {
    const { queue, request, happened } = createStory()
    queue.onRequest(request(1), 0)
    queue.onRequest(request(2), 0)
    queue.onRequest(request(3, { lane: 'b' }), 0)
    expect(happened()).toEqual(['grant 1 after 0', 'grant 3 after 0'])
    queue.onDone(3, 10)
    expect(happened()).toEqual([])
    queue.onDone(1, 10)
    expect(happened()).toEqual(['grant 2 after 10'])
  })

  test('refuses when as many wait as may, and still lets in where a slot is free', () => {
    const { queue, request, happened } = createStory(1)
    for (const ticket of [1, 2, 3]) queue.onRequest(request(ticket), 40)
    expect(happened()).toEqual(['grant 1 after 0', 'refuse 3 queue-full position 2 eta 0'])
    queue.onRequest(request(4, { lane: 'b' }), 50)
    expect(happened()).toEqual(['grant 4 after 0'])
    expect(queue.waitingCount).toBe(1)
  })

  test('lets nobody wait when the limit is zero', () => {
    const { queue, request, happened } = createStory(0)
    queue.onRequest(request(1), 0)
    queue.onRequest(request(2), 0)
    expect(happened()).toEqual(['grant 1 after 0', 'refuse 2 queue-full position 1 eta 0'])
  })

  test('lets a cancelled request go at once, and the others move up', () => {
    const { queue, request, happened } = createStory()
    for (const ticket of [1, 2, 3]) queue.onRequest(request(ticket), 0)
    happened()
    queue.onCancelled(2, 5)
    expect(queue.find('r2', 5)).toBeUndefined()
    expect(queue.find('r3', 5)).toMatchObject({ state: 'waiting', position: 1 })
    queue.onDone(1, 10)
    expect(happened()).toEqual(['grant 3 after 10'])
  })

  test('refuses the one whose time is over, with its place, and leaves those who run', () => {
    const { queue, request, happened } = createStory()
    for (const ticket of [1, 2, 3]) queue.onRequest(request(ticket), 0)
    happened()
    queue.onDeadline(1, 60_000)
    expect(happened()).toEqual([])
    queue.onDeadline(3, 60_000)
    expect(happened()).toEqual(['refuse 3 waited-too-long position 2 eta 120000'])
    expect([queue.waitingCount, queue.runningCount]).toEqual([1, 1])
  })

  test('ignores a slot that is given back twice, and one that nobody has', () => {
    const { queue, request, happened } = createStory()
    for (const ticket of [1, 2, 3]) queue.onRequest(request(ticket), 0)
    happened()
    queue.onDone(1, 1)
    queue.onDone(1, 2)
    queue.onDone(99, 3)
    // Ticket 3 waits: it holds no slot that it could give back.
    queue.onDone(3, 4)
    expect(happened()).toEqual(['grant 2 after 1'])
    expect([queue.waitingCount, queue.runningCount]).toEqual([1, 1])
  })

  test('estimates from the tokens ahead, what the running requests have left, and the slots', () => {
    const { queue, request, happened } = createStory(10, 2)
    for (const ticket of [1, 2]) queue.onRequest(request(ticket), 0)
    queue.onDone(1, 1000)
    queue.onDone(2, 3000)
    // 4000 ms for 200 tokens: 20 ms for each, 2000 ms for a request.
    for (const ticket of [3, 4, 5, 6, 7]) queue.onRequest(request(ticket), 4000)
    happened()
    expect(queue.find('r5', 4000)).toEqual({ state: 'waiting', position: 1, etaMs: 1000 })
    expect(queue.find('r7', 4500)).toEqual({ state: 'waiting', position: 3, etaMs: 2750 })
    expect(queue.find('r3', 4000)).toEqual({ state: 'running', position: 0, etaMs: 0 })
    expect(queue.find('r1', 4000)).toBeUndefined()
  })

  test('estimates from the age of the running request before anything is done', () => {
    const { queue, request } = createStory()
    for (const ticket of [1, 2]) queue.onRequest(request(ticket), 0)
    expect(queue.find('r2', 700)).toEqual({ state: 'waiting', position: 1, etaMs: 700 })
  })

  test('follows a service that comes back with more slots, or with fewer', () => {
    const { queue, request, happened } = createStory()
    for (const ticket of [1, 2, 3]) queue.onRequest(request(ticket), 0)
    happened()
    queue.onRequest(request(4, { slots: 3 }), 10)
    expect(happened()).toEqual(['grant 2 after 10', 'grant 3 after 10'])
    queue.onRequest(request(5, { slots: 1 }), 20)
    queue.onDone(1, 30)
    queue.onDone(2, 30)
    expect(happened()).toEqual([])
    queue.onDone(3, 30)
    expect(happened()).toEqual(['grant 4 after 20'])
  })
})

describe('two classes', () => {
  test('interactive requests go before those of batch that came earlier', () => {
    const { queue, request, happened } = createStory()
    queue.onRequest(request(1), 0)
    queue.onRequest(request(2, { requestClass: 'batch' }), 0)
    queue.onRequest(request(3), 10)
    expect(queue.find('r2', 10)).toMatchObject({ position: 2 })
    happened()
    queue.onDone(1, 20)
    queue.onDone(3, 30)
    expect(happened()).toEqual(['grant 3 after 10', 'grant 2 after 30'])
  })

  test('a batch request that has waited for long counts as interactive', () => {
    const { queue, request, happened } = createStory(1000)
    queue.onRequest(request(1), 0)
    queue.onRequest(request(2, { requestClass: 'batch', caller: 'night' }), 0)
    for (let ticket = 3; ticket <= 100; ticket += 1) queue.onRequest(request(ticket), 0)
    happened()
    queue.onDone(1, BATCH_WAIT_MS - 1)
    expect(happened()).toEqual([`grant 3 after ${BATCH_WAIT_MS - 1}`])
    queue.onDone(3, BATCH_WAIT_MS)
    expect(happened()).toEqual([`grant 2 after ${BATCH_WAIT_MS}`])
  })
})

describe('several callers', () => {
  test('one short request waits for one turn of the engine behind five hundred long ones of another', () => {
    const { queue, request, happened } = createStory(1000)
    const size = { bodyBytes: 40_000, limitTokens: 1000 }
    for (let ticket = 1; ticket <= 501; ticket += 1)
      queue.onRequest(request(ticket, { caller: 'many', size }), 0)
    queue.onRequest(request(502, { caller: 'one' }), 10)
    expect(queue.find('r502', 10)).toMatchObject({ position: 1 })
    happened()
    queue.onDone(1, 5000)
    expect(happened()).toEqual(['grant 502 after 4990'])
  })

  test('a full queue sends the newest away of the caller who has most of it', () => {
    const { queue, request, happened } = createStory(4)
    for (const ticket of [1, 2, 3, 4, 5]) queue.onRequest(request(ticket, { caller: 'flood' }), 0)
    happened()
    queue.onRequest(request(6, { caller: 'flood' }), 10)
    expect(happened()).toEqual(['refuse 6 queue-full position 5 eta 50'])
    queue.onRequest(request(7, { caller: 'other' }), 10)
    expect(happened()).toEqual(['refuse 5 queue-full position 4 eta 40'])
    queue.onDone(1, 20)
    expect(happened()).toEqual(['grant 7 after 10'])
  })

  test('who was counted to have taken more waits until the others have had as much', () => {
    const { queue, request, happened } = createStory()
    const callers = ['a', 'a', 'b', 'b', 'b']
    callers.forEach((caller, at) => queue.onRequest(request(at + 1, { caller }), 0))
    queue.onCost('a', 1, { promptTokens: 150, completionTokens: 50 })
    queue.onDone(1, 10)
    queue.onCost('a', 1, { promptTokens: 0, completionTokens: 50 })
    happened()
    for (const ticket of [3, 4, 5]) queue.onDone(ticket, 20)
    expect(happened()).toEqual(['grant 4 after 20', 'grant 5 after 20', 'grant 2 after 20'])
    // Of a request that nobody knows any more.
    queue.onCost('a', 99, { promptTokens: 1, completionTokens: 1 })
  })
})

describe('two models of which one fits into memory', () => {
  const BYTES = 6
  const createTwo = () => {
    const story = createStory(100)
    story.queue.memoryBudgetBytes = 10
    const ask = (ticket: number, lane: string, nowMs: number): void =>
      story.queue.onRequest(story.request(ticket, { lane, memoryBytes: BYTES }), nowMs)
    return { ...story, ask }
  }

  test('take turns, not requests', () => {
    const { queue, ask, happened } = createTwo()
    for (const ticket of [1, 2, 3, 4]) ask(ticket, 'a', 0)
    for (const ticket of [5, 6]) ask(ticket, 'b', 0)
    expect(happened()).toEqual(['grant 1 after 0'])
    queue.onDone(1, 4000)
    queue.onDone(2, 8000)
    expect(happened()).toEqual(['grant 2 after 4000', 'grant 3 after 8000'])
    // The turn is over, but what runs is not broken off.
    queue.onDone(3, 12_000)
    expect(happened()).toEqual(['grant 5 after 12000'])
    queue.onDone(5, 13_000)
    queue.onDone(6, 14_000)
    expect(happened()).toEqual(['grant 6 after 13000', 'grant 4 after 14000'])
  })

  test('run beside each other when there is room for both, or nobody knows', () => {
    for (const budget of [12, undefined]) {
      const { queue, ask, happened } = createTwo()
      queue.memoryBudgetBytes = budget
      ask(1, 'a', 0)
      ask(2, 'b', 0)
      expect(happened()).toEqual(['grant 1 after 0', 'grant 2 after 0'])
    }
  })

  test('change places at once when one has nothing to do', () => {
    const { queue, ask, happened } = createTwo()
    ask(1, 'a', 0)
    ask(2, 'b', 10)
    expect(happened()).toEqual(['grant 1 after 0'])
    queue.onDone(1, 100)
    expect(happened()).toEqual(['grant 2 after 90'])
  })
})

test('a thousand arrivals: no slot is lost, nobody starves, and each caller of a lane goes in order', () => {
  const seeded = new SeededRandom(1)
  const random = (): number => seeded.uniform()
  const slots = 3
  const lanes = ['a', 'b', 'c', 'd']
  const laneOf = new Map<number, string>()
  const granted: number[] = []
  const running = new Set<number>()
  const waiting = new Set<number>()
  const left = new Set<number>()
  const refused = new Set<number>()
  let now = 0
  const { request } = createStory()
  const queue = new AdmissionQueue(
    { queueLimit: 40, batchWaitMs: 1000, modelTurnMs: 1000 },
    {
      grant(ticket) {
        waiting.delete(ticket)
        running.add(ticket)
        granted.push(ticket)
        const inLane = [...running].filter((other) => laneOf.get(other) === laneOf.get(ticket))
        expect(inLane.length).toBeLessThanOrEqual(slots)
      },
      refuse(ticket) {
        waiting.delete(ticket)
        refused.add(ticket)
      },
    },
  )
  const any = (from: ReadonlySet<number>): number | undefined => [...from][Math.floor(random() * from.size)]
  const happen = (): void => {
    now += Math.floor(random() * 20)
    const chance = random()
    const [runs, waits] = [any(running), any(waiting)]
    if (chance < 0.6 && runs !== undefined) {
      running.delete(runs)
      queue.onDone(runs, now)
    } else if (chance < 0.75 && waits !== undefined) {
      waiting.delete(waits)
      left.add(waits)
      queue.onCancelled(waits, now)
    } else if (chance < 0.8 && waits !== undefined) queue.onDeadline(waits, now)
  }
  for (let ticket = 1; ticket <= 1000; ticket += 1) {
    const lane = lanes[Math.floor(random() * random() * lanes.length)]!
    laneOf.set(ticket, lane)
    waiting.add(ticket)
    queue.onRequest(request(ticket, { lane, slots }), now)
    happen()
    expect(queue.waitingCount).toBe(waiting.size)
    expect(queue.runningCount).toBe(running.size)
    expect(waiting.size).toBeLessThanOrEqual(40)
    for (const name of lanes) {
      const [runs, waits] = [running, waiting].map(
        (set) => [...set].filter((other) => laneOf.get(other) === name).length,
      )
      // A slot is free only where nobody waits.
      if (runs! < slots) expect(waits).toBe(0)
    }
  }
  while (running.size > 0) {
    const [next] = running
    running.delete(next!)
    queue.onDone(next!, now)
  }
  expect(granted.length + left.size + refused.size).toBe(1000)
  expect([queue.waitingCount, queue.runningCount]).toEqual([0, 0])
  for (const name of lanes) {
    const order = granted.filter((ticket) => laneOf.get(ticket) === name)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  }
  expect(refused.size).toBeGreaterThan(0)
  expect(left.size).toBeGreaterThan(0)
})
