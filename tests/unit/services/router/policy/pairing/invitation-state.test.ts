import { describe, expect, test } from 'bun:test'
import {
  ARRIVAL_MS,
  CONFIRMING_MS,
  INVITATION_MS,
  PROVING_MS,
  SILENCE_MS,
  attemptRefusal,
  invitationAfter,
  newInvitation,
  nextDeadlineMs,
} from '@service/router/policy/pairing/invitation-state.ts'
import type { InvitationEvent, InvitationState } from '@service/router/policy/pairing/invitation-state.ts'

type Step = InvitationEvent | readonly [InvitationEvent, atMs: number]

const play = (...steps: readonly Step[]): InvitationState =>
  steps.reduce<InvitationState>((state, step) => {
    const [event, atMs] = 'type' in step ? [step, 0] : step
    return invitationAfter(state, event, atMs)
  }, newInvitation(0))

const start = (pairingId: string): InvitationEvent => ({ type: 'attempt-start', pairingId })
const fail = (pairingId: string): InvitationEvent => ({ type: 'attempt-failed', pairingId })
const proved = (pairingId: string): InvitationEvent => ({ type: 'proved', pairingId })
const here = (answer: 'yes' | 'no'): InvitationEvent => ({ type: 'answered-here', answer })
const there = (answer: 'yes' | 'no'): InvitationEvent => ({ type: 'answered-there', answer })
const tick: InvitationEvent = { type: 'tick' }
const PROVED = [start('a'), proved('a')]
const AGREED = [...PROVED, here('yes'), there('yes')]

const endOf = ({ phase }: InvitationState): string => (phase.type === 'ended' ? phase.reason : phase.type)

describe('attempts', () => {
  test('are spent when they begin', () => {
    const state = play(start('a'))
    expect(state.attemptsLeft).toBe(2)
    expect(attemptRefusal(state, 0)).toBeUndefined()
  })

  test('end the invitation when three have failed, and not before the last is known to have failed', () => {
    const spent = play(start('a'), fail('a'), start('b'), fail('b'), start('c'))
    expect(spent.phase.type).toBe('open')
    expect(attemptRefusal(spent, 0)).toBe('too-many-attempts')
    expect(endOf(invitationAfter(spent, fail('c'), 0))).toBe('too-many-attempts')
    expect(endOf(invitationAfter(spent, proved('c'), 0))).toBe('confirming')
  })

  test('of which nothing more is heard fail by themselves', () => {
    const steps = [start('a'), start('b'), start('c')]
    expect(nextDeadlineMs(play(...steps))).toBe(PROVING_MS)
    expect(endOf(play(...steps, [tick, PROVING_MS]))).toBe('too-many-attempts')
  })

  test('are not begun a fourth time, and not proved when they were never begun', () => {
    expect(play(start('a'), start('b'), start('c'), start('d')).proving).not.toHaveProperty('d')
    expect(endOf(play(proved('a')))).toBe('open')
    expect(endOf(play(start('a'), proved('__proto__')))).toBe('open')
  })

  test('are refused once one was proved', () => {
    const state = play(start('b'), ...PROVED)
    expect(attemptRefusal(state, 0)).toBe('used')
    expect(endOf(invitationAfter(state, proved('b'), 0))).toBe('confirming')
  })
})

describe('time', () => {
  test('ends a code after ten minutes', () => {
    expect(nextDeadlineMs(newInvitation(0))).toBe(INVITATION_MS)
    expect(endOf(play([tick, INVITATION_MS - 1]))).toBe('open')
    expect(endOf(play([tick, INVITATION_MS]))).toBe('expired')
    expect(attemptRefusal(newInvitation(0), INVITATION_MS)).toBe('expired')
  })

  test('lets a proof that began before end after it', () => {
    const late = INVITATION_MS - 1
    expect(endOf(play([start('a'), late], [tick, INVITATION_MS], [proved('a'), INVITATION_MS + 5]))).toBe(
      'confirming',
    )
    expect(endOf(play([start('a'), late], [fail('a'), INVITATION_MS], [tick, INVITATION_MS]))).toBe('expired')
  })

  test('ends an invitation that nobody confirms, or whose guest has gone', () => {
    expect(endOf(play(...PROVED, [tick, SILENCE_MS]))).toBe('other-side-gone')
    const heard = Array.from({ length: 10 }, (_, index): Step => [{ type: 'heard' }, index * 30_000])
    expect(endOf(play(...PROVED, ...heard, [tick, CONFIRMING_MS]))).toBe('not-confirmed')
  })

  test('ends an invitation whose guest was let in and never arrived', () => {
    const admitted = play(...AGREED, { type: 'admitted' })
    expect(nextDeadlineMs(admitted)).toBe(ARRIVAL_MS)
    expect(endOf(invitationAfter(admitted, tick, ARRIVAL_MS))).toBe('no-arrival')
  })

  test('never leaves a deadline behind that changes nothing', () => {
    for (const state of [
      newInvitation(0),
      play(start('a')),
      play(...PROVED),
      play(...AGREED, { type: 'admitted' }),
    ]) {
      const deadline = nextDeadlineMs(state) ?? 0
      const after = invitationAfter(state, tick, deadline)
      expect(after).not.toBe(state)
      expect(nextDeadlineMs(after) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(deadline)
    }
  })
})

describe('both people', () => {
  test('must say yes, in whatever order', () => {
    expect(endOf(play(...PROVED, here('yes')))).toBe('confirming')
    expect(endOf(play(...PROVED, there('yes')))).toBe('confirming')
    expect(endOf(play(...AGREED))).toBe('admitting')
    expect(endOf(play(...PROVED, there('yes'), here('yes')))).toBe('admitting')
  })

  test('can say no alone', () => {
    expect(endOf(play(...PROVED, there('yes'), here('no')))).toBe('refused-here')
    expect(endOf(play(...PROVED, here('yes'), there('no')))).toBe('refused-there')
    expect(endOf(play(here('yes'), there('yes')))).toBe('open')
  })

  test('can take it back until somebody is let in', () => {
    expect(endOf(play({ type: 'cancelled' }))).toBe('cancelled')
    expect(endOf(play(...PROVED, { type: 'cancelled' }))).toBe('cancelled')
    expect(endOf(play(...AGREED, { type: 'cancelled' }))).toBe('admitting')
    expect(endOf(play(...AGREED, there('no')))).toBe('admitting')
  })
})

test('who was let in arrives, or is shut out again', () => {
  const admitted = play(...AGREED, { type: 'admitted' })
  expect(endOf(invitationAfter(admitted, { type: 'arrived' }, 1))).toBe('joined')
  expect(endOf(invitationAfter(admitted, { type: 'arrival-failed' }, 1))).toBe('arrival-failed')
  expect(endOf(play(...AGREED, { type: 'failed' }))).toBe('failed')
  expect(endOf(play(...PROVED, { type: 'arrived' }))).toBe('confirming')
})

test('what has ended stays as it is', () => {
  const over = play({ type: 'cancelled' })
  for (const event of [...AGREED, tick, { type: 'arrived' } as const])
    expect(invitationAfter(over, event, 10 * INVITATION_MS)).toBe(over)
  expect(nextDeadlineMs(over)).toBeUndefined()
})
