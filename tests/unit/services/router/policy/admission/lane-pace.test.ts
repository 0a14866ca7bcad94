import { expect, test } from 'bun:test'
import { LanePace } from '@service/router/policy/admission/lane-pace.ts'

const NOBODY = { position: 1, msAhead: 0, slots: 1, running: [] }

test('a wait is what the running request has left and what is ahead, shared by the slots', () => {
  const pace = new LanePace()
  pace.onDone('a', 1000, 100)
  pace.onDone('a', 3000, 300)
  const running = [{ caller: 'a', costTokens: 200, grantedAtMs: 5000 }]
  expect(pace.msPerToken).toBe(10)
  expect(pace.waitMs('interactive', { ...NOBODY, msAhead: 500, running }, 5500)).toBe(1500 + 500)
  expect(pace.waitMs('interactive', { ...NOBODY, msAhead: 500, running, slots: 2 }, 5500)).toBe(1000)
  // One that takes longer than expected goes on for a while.
  expect(pace.waitMs('interactive', { ...NOBODY, running }, 99_000)).toBe(600)
})

test('a caller whose requests take longer for their tokens is known by that from the third on', () => {
  const pace = new LanePace()
  for (let count = 0; count < 6; count += 1) pace.onDone('fast', 100, 100)
  for (let count = 0; count < 2; count += 1) pace.onDone('slow', 900, 100)
  expect([pace.msPerTokenOf('fast'), pace.msPerTokenOf('slow'), pace.msPerTokenOf('new')]).toEqual([1, 3, 3])
  pace.onDone('slow', 900, 100)
  expect(pace.msPerTokenOf('slow')).toBe(9)
})

test('no more than a thousand callers are remembered, and those who come often are', () => {
  const pace = new LanePace()
  const come = (caller: string, tookMs: number): void => {
    for (let count = 0; count < 3; count += 1) pace.onDone(caller, tookMs, 100)
  }
  come('first', 700)
  come('second', 700)
  for (let count = 0; count < 500; count += 1) come(`some ${count}`, 100)
  come('first', 700)
  for (let count = 0; count < 499; count += 1) come(`other ${count}`, 100)
  expect([pace.msPerTokenOf('first'), pace.msPerTokenOf('second')]).toEqual([7, 1])
})

test('before anything is done, the age of the oldest running request stands for what each takes', () => {
  const running = [
    { caller: 'a', costTokens: 1, grantedAtMs: 300 },
    { caller: 'a', costTokens: 1, grantedAtMs: 900 },
  ]
  expect(new LanePace().waitMs('batch', { ...NOBODY, position: 3, slots: 2, running }, 1000)).toBe(1050)
  expect(new LanePace().waitMs('batch', NOBODY, 1000)).toBe(0)
})

test('predictions of a class that are always too short are made longer, up to a bound', () => {
  const pace = new LanePace()
  pace.onDone('a', 100, 100)
  for (let count = 0; count < 10; count += 1) pace.onWaited('batch', 100, 200)
  const question = { ...NOBODY, msAhead: 100 }
  expect(pace.waitMs('batch', question, 0)).toBe(200)
  expect(pace.waitMs('interactive', question, 0)).toBe(100)
  for (let count = 0; count < 100; count += 1) pace.onWaited('batch', 100, 900_000)
  expect(pace.waitMs('batch', question, 0)).toBe(500)
  // Nothing can be learned from a prediction of no wait at all.
  pace.onWaited('interactive', 0, 50)
  expect(pace.waitMs('interactive', question, 0)).toBe(100)
})

test('the middle length of answers is known once they are counted', () => {
  const pace = new LanePace()
  expect(pace.meanAnswerTokens).toBeUndefined()
  pace.onAnswer(10)
  pace.onAnswer(20)
  expect(pace.meanAnswerTokens).toBe(15)
})
