import { describe, expect, test } from 'bun:test'
import { AdmissionQueue } from '@service/router/policy/admission/admission-queue.ts'
import type { AdmissionEffects, AdmissionRequest } from '@service/router/policy/admission/admission-queue.ts'
import { countSteps } from '../../support/queue/count-steps.ts'
import {
  RULES,
  WAIT_MS,
  groupPredictions,
  jainIndex,
  simulateBacklog,
  simulateBatchUnderLoad,
  simulateMixedLoad,
  simulateShortBehindLong,
  waitedMs,
} from '../../support/queue/queue-scenarios.ts'
import { NO_MEMORY_FACTS } from '../../support/queue/simulate-queue.ts'

const ARRIVALS = 10_000
const SEED = 1

describe('ten thousand requests of several keys, classes, models and lengths, with bursts', () => {
  const visits = simulateMixedLoad(SEED, ARRIVALS)

  test('each gets its slot or its refusal, and none waits longer than one may', () => {
    expect(visits).toHaveLength(ARRIVALS)
    for (const { arrivedAtMs, grantedAtMs, doneAtMs, refused } of visits) {
      if (refused === undefined) expect(doneAtMs).toBeGreaterThan(grantedAtMs ?? Number.POSITIVE_INFINITY)
      else expect(grantedAtMs).toBeUndefined()
      if (grantedAtMs !== undefined) expect(grantedAtMs - arrivedAtMs).toBeLessThanOrEqual(WAIT_MS)
    }
    expect(visits.filter(({ refused }) => refused !== undefined).length).toBeLessThan(ARRIVALS / 100)
  })

  test('those in front of a screen wait less than those that have time', () => {
    const meanWaitMs = (requestClass: string): number => {
      const waits = visits.filter((visit) => visit.requestClass === requestClass).map(waitedMs)
      const finite = waits.filter((wait) => wait <= WAIT_MS)
      return finite.reduce((total, wait) => total + wait, 0) / finite.length
    }
    expect(meanWaitMs('interactive')).toBeLessThan(meanWaitMs('batch') / 2)
  })

  test('what they were told they would wait is within half of what they waited, short waits and long ones', () => {
    const groups = groupPredictions(visits)
    expect(groups.map(({ requests }) => requests > 300)).toEqual(Array<boolean>(8).fill(true))
    for (const { predictedMs, realMs } of groups) {
      expect(Math.abs(predictedMs - realMs)).toBeLessThanOrEqual(realMs / 2)
    }
  })
})

describe('five keys that always have ten requests waiting, short ones or long ones', () => {
  test.each([
    ['tokens, when engines count them', true],
    ['time, when nobody counts', false],
  ])('get as many %s', (_, tellsCosts) => {
    const shares = simulateBacklog(SEED, { arrivals: ARRIVALS / 2, tellsCosts })
    expect(shares.size).toBe(5)
    expect(jainIndex([...shares.values()])).toBeGreaterThanOrEqual(0.99)
  })
})

test('one short request waits at most one turn of the engine behind five hundred long ones', () => {
  for (const seed of [1, 2, 3]) {
    const { waitedMs: waited, turnMs } = simulateShortBehindLong(seed)
    expect(waited).toBeGreaterThan(0)
    expect(waited).toBeLessThanOrEqual(turnMs)
  }
})

test('batch gets its turn soon after it has waited for long, though others keep every slot busy', () => {
  const waits = simulateBatchUnderLoad(SEED)
  expect(waits).toHaveLength(50)
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(RULES.batchWaitMs)
  expect(Math.max(...waits)).toBeLessThan(RULES.batchWaitMs + 15_000)
})

describe('the work for one more request', () => {
  const request = (ticket: number, callers: number, requestClass: AdmissionRequest['requestClass']) => ({
    ticket,
    requestId: `r${ticket}`,
    lane: 'a',
    slots: 2,
    caller: `key-${ticket % callers}`,
    requestClass,
    size: { bodyBytes: 400 * (1 + (ticket % 7)), limitTokens: 100 },
  })

  /** Steps for each request from its coming to its end: some are served, some leave, some wait too long, some are too many. */
  const stepsFor = (requests: number, callers: number): number => {
    const granted: number[] = []
    const rules = { queueLimit: requests, batchWaitMs: 1000, modelTurnMs: 1000 }
    const effects: AdmissionEffects = {
      grant: (ticket) => void granted.push(ticket),
      refuse: () => undefined,
    }
    const queue = new AdmissionQueue(rules, effects, NO_MEMORY_FACTS)
    const classOf = (ticket: number) => (ticket % 3 === 0 ? 'batch' : 'interactive')
    const steps = countSteps(() => {
      for (let ticket = 1; ticket <= requests + 100; ticket += 1)
        queue.onRequest(request(ticket, callers, classOf(ticket)), ticket)
      for (let ticket = 3; ticket <= requests; ticket += 10) queue.onCancelled(ticket, requests)
      for (let ticket = 5; ticket <= requests; ticket += 10) queue.onDeadline(ticket, requests)
      for (let at = 0; at < granted.length; at += 1) queue.onDone(granted[at] ?? 0, requests + at)
    })
    expect([queue.waitingCount, queue.runningCount]).toEqual([0, 0])
    return steps / requests
  }

  test('grows with the logarithm of those that wait, if at all', () => {
    const few = stepsFor(1000, 10)
    const many = stepsFor(10_000, 10)
    expect(few).toBeGreaterThan(10)
    expect(many).toBeLessThan(few * 1.5)
  })

  /** Steps for each request of a few callers who come while one caller has the queue full. */
  const stepsInFlood = (requests: number): number => {
    let refusals = 0
    const rules = { queueLimit: requests, batchWaitMs: 1000, modelTurnMs: 1000 }
    const effects: AdmissionEffects = { grant: () => undefined, refuse: () => void (refusals += 1) }
    const queue = new AdmissionQueue(rules, effects, NO_MEMORY_FACTS)
    for (let ticket = 1; ticket <= requests + 2; ticket += 1)
      queue.onRequest({ ...request(ticket, 1, 'interactive'), caller: 'flood' }, ticket)
    const steps = countSteps(() => {
      for (let ticket = requests + 3; ticket <= requests * 1.5; ticket += 1)
        queue.onRequest(request(ticket, 10, 'interactive'), ticket)
    })
    expect(refusals).toBeGreaterThan(requests / 3)
    return steps / refusals
  }

  test('does not grow when one caller floods the queue and is sent away for others', () => {
    expect(stepsInFlood(10_000)).toBeLessThan(stepsInFlood(1000) * 1.5)
  })

  test('grows no faster than the callers do when every request is of another one', () => {
    expect(stepsFor(3000, 3000)).toBeLessThan(3000 * 4)
  })
})
