import { expect, test } from 'bun:test'
import {
  afterAbandoned,
  afterFailure,
  afterFirstByte,
  afterSent,
  afterSuccess,
  GOOD_STANDING,
  standingAt,
} from '@service/router/policy/placement/node-standing.ts'
import type { NodeStanding, StandingState } from '@service/router/policy/placement/node-standing.ts'
import * as fc from 'fast-check'

const FAILED = { wasUnreachable: false, wasProbe: false }
const UNREACHABLE = { wasUnreachable: true, wasProbe: false }
const PROBE_FAILED = { wasUnreachable: false, wasProbe: true }

const failTimes = (times: number, failure: typeof FAILED, nowMs = 0, from = GOOD_STANDING): NodeStanding => {
  let standing: NodeStanding = from
  for (let time = 0; time < times; time += 1) standing = afterFailure(standing, failure, nowMs)
  return standing
}

test('five failures one after the other take a node out, three when nobody listens', () => {
  expect(standingAt(failTimes(4, FAILED), 0)).toBe('in')
  expect(standingAt(failTimes(5, FAILED), 0)).toBe('out')
  expect(standingAt(failTimes(2, UNREACHABLE), 0)).toBe('in')
  expect(standingAt(failTimes(3, UNREACHABLE), 0)).toBe('out')
})

test('an answer in between begins the count anew', () => {
  const standing = afterSuccess(failTimes(4, FAILED), false)
  expect(standingAt(failTimes(4, FAILED, 0, standing), 0)).toBe('in')
  const begun = afterFirstByte(failTimes(4, FAILED), false)
  expect(standingAt(afterFailure(begun, FAILED, 0), 0)).toBe('out')
})

test('it is out for five seconds, then exactly one request may try', () => {
  const out = failTimes(5, FAILED, 1000)
  expect(standingAt(out, 5999)).toBe('out')
  expect(standingAt(out, 6000)).toBe('probe')
  const probed = afterSent(out, 6000)
  expect(standingAt(probed, 6001)).toBe('out')
  expect(standingAt(afterSent(probed, 6001), 6001)).toBe('out')
  expect(standingAt(afterSuccess(probed, true), 6002)).toBe('in')
  expect(standingAt(afterFirstByte(probed, true), 6002)).toBe('in')
  expect(standingAt(afterAbandoned(probed, true), 6002)).toBe('probe')
  expect(standingAt(probed, 6000 + 120_000)).toBe('probe')
})

test('each time it is out for longer, up to a minute, until it was in for long', () => {
  let standing = failTimes(5, FAILED, 0)
  let nowMs = 0
  for (let ejections = 1; ejections <= 20; ejections += 1) {
    const until = nowMs + Math.min(60_000, ejections * 5000)
    expect(standing.outUntilMs).toBe(until)
    nowMs = until
    standing = afterFailure(afterSent(standing, nowMs), PROBE_FAILED, nowMs)
  }
  const back = afterSuccess(afterSent(standing, nowMs + 60_000), true)
  const muchLater = nowMs + 400_000
  expect(failTimes(5, FAILED, muchLater, back).outUntilMs).toBe(muchLater + 5000)
})

test('what was sent before a node was taken out says nothing of now', () => {
  const out = failTimes(5, FAILED, 0)
  expect(afterSuccess(out, false)).toEqual(out)
  expect(afterFailure(out, FAILED, 100)).toEqual(out)
})

type Step = 'send' | 'answer' | 'begin' | 'fail' | 'unreachable' | 'leave' | 'wait'
const STEPS: readonly Step[] = ['send', 'answer', 'begin', 'fail', 'unreachable', 'leave', 'wait']

interface Life {
  standing: NodeStanding
  nowMs: number
  /** Whether each request that is there is a probe. */
  open: boolean[]
}

const LIVES: Readonly<
  Record<Exclude<Step, 'send' | 'wait'>, (life: Life, wasProbe: boolean) => NodeStanding>
> = {
  answer: ({ standing }, wasProbe) => afterSuccess(standing, wasProbe),
  begin: ({ standing }, wasProbe) => afterFirstByte(standing, wasProbe),
  fail: ({ nowMs, standing }, wasProbe) => afterFailure(standing, { wasUnreachable: false, wasProbe }, nowMs),
  unreachable: ({ nowMs, standing }, wasProbe) =>
    afterFailure(standing, { wasUnreachable: true, wasProbe }, nowMs),
  leave: ({ standing }, wasProbe) => afterAbandoned(standing, wasProbe),
}

/** Sends only where the standing allows it, as the choice of a node does. */
const live = (life: Life, step: Step): StandingState => {
  const state = standingAt(life.standing, life.nowMs)
  if (step === 'wait') life.nowMs += 3000
  else if (step === 'send') {
    if (state === 'out') return state
    life.standing = afterSent(life.standing, life.nowMs)
    life.open.push(state === 'probe')
  } else {
    const wasProbe = life.open[0]
    if (wasProbe === undefined) return state
    if (step !== 'begin') life.open.shift()
    life.standing = LIVES[step](life, wasProbe)
  }
  return standingAt(life.standing, life.nowMs)
}

test('whatever happens, at most one probe is out at a time, and every node may come back within two minutes', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...STEPS), { maxLength: 200 }), (steps) => {
      const life: Life = { standing: GOOD_STANDING, nowMs: 0, open: [] }
      for (const step of steps) {
        const state = live(life, step)
        const since = life.standing.probedAtMs
        if (state === 'probe') expect(since === undefined || life.nowMs - since >= 120_000).toBe(true)
        if (state === 'in') expect(life.standing.probedAtMs).toBeUndefined()
      }
      expect(standingAt(life.standing, life.nowMs + 120_000)).not.toBe('out')
    }),
  )
})
