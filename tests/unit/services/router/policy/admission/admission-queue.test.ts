import { describe, expect, test } from 'bun:test'
import { AdmissionQueue } from '@service/router/policy/admission/admission-queue.ts'
import type { AdmissionEffects } from '@service/router/policy/admission/admission-queue.ts'
import { SeededRandom } from '../../../../../support/gguf/seeded-random.ts'
import { createStory } from '../../../../../support/queue/queue-story.ts'
import { NO_MEMORY_FACTS } from '../../../../../support/queue/simulate-queue.ts'

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

  test('tells which lanes are busy, and with how much', () => {
    const { queue, request } = createStory()
    expect(queue.busyLanes()).toEqual([])
    for (const ticket of [1, 2]) queue.onRequest(request(ticket), 0)
    queue.onRequest(request(3, { lane: 'b' }), 0)
    expect(queue.busyLanes()).toMatchObject([
      { slots: 1, running: 1, waiting: 1 },
      { lane: 'b', slots: 1, running: 1, waiting: 0 },
    ])
    const [first, second] = queue.busyLanes().map(({ pendingTokens }) => pendingTokens)
    expect(first).toBe(2 * (second ?? 0))
    queue.onDone(3, 10)
    expect(queue.busyLanes()).toHaveLength(1)
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

describe('two models of which one fits into memory', () => {
  const ONE_FITS = { budgetBytes: 10, bytes: 6 }
  const createTwo = (memory: { budgetBytes: number | undefined; bytes: number }) => {
    const story = createStory(100, 1, { budgetBytes: memory.budgetBytes, bytesOf: () => memory.bytes })
    const ask = (ticket: number, lane: string, nowMs: number): void =>
      story.queue.onRequest(story.request(ticket, { lane }), nowMs)
    return { ...story, ask }
  }

  test('take turns, not requests', () => {
    const { queue, ask, happened } = createTwo(ONE_FITS)
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
      const { ask, happened } = createTwo({ ...ONE_FITS, budgetBytes: budget })
      ask(1, 'a', 0)
      ask(2, 'b', 0)
      expect(happened()).toEqual(['grant 1 after 0', 'grant 2 after 0'])
    }
  })

  test('change places at once when one has nothing to do', () => {
    const { queue, ask, happened } = createTwo(ONE_FITS)
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
  const effects: AdmissionEffects = {
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
  }
  const rules = { queueLimit: 40, batchWaitMs: 1000, modelTurnMs: 1000 }
  const queue = new AdmissionQueue(rules, effects, NO_MEMORY_FACTS)
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
