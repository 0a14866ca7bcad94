import { expect, test } from 'bun:test'
import { isOver, joiningAfter } from '@service/router/policy/pairing/joining-state.ts'
import type { JoiningEvent, JoiningPhase } from '@service/router/policy/pairing/joining-state.ts'

const play = (...events: readonly JoiningEvent[]): JoiningPhase =>
  events.reduce<JoiningPhase>(joiningAfter, { type: 'looking' })

const PROVED: readonly JoiningEvent[] = [{ type: 'found' }, { type: 'proved' }]
const yes: JoiningEvent = { type: 'answered-here', answer: 'yes' }

test('a node looks, proves, confirms, enters and has joined', () => {
  expect(play()).toEqual({ type: 'looking' })
  expect(play({ type: 'found' })).toEqual({ type: 'proving' })
  expect(play(...PROVED)).toEqual({ type: 'confirming', here: 'none', isConfirmedThere: false })
  expect(play(...PROVED, yes, { type: 'confirmed-there' })).toMatchObject({ isConfirmedThere: true })
  expect(play(...PROVED, yes, { type: 'welcome' })).toEqual({ type: 'entering' })
  expect(play(...PROVED, yes, { type: 'welcome' }, { type: 'entered' })).toEqual({ type: 'joined' })
})

test('nobody is brought in by the other side alone', () => {
  expect(play(...PROVED, { type: 'confirmed-there' }, { type: 'welcome' }).type).toBe('confirming')
  expect(play({ type: 'welcome' }).type).toBe('looking')
  const no: JoiningEvent = { type: 'answered-here', answer: 'no' }
  expect(play(...PROVED, no, yes, { type: 'welcome' })).toMatchObject({ type: 'confirming', here: 'no' })
})

test('any step can fail, and then nothing more happens', () => {
  const failed: JoiningEvent = { type: 'failed', problem: 'expired' }
  for (const before of [[], PROVED, [...PROVED, yes, { type: 'welcome' } as const]]) {
    const phase = play(...before, failed)
    expect(phase).toEqual({ type: 'failed', problem: 'expired' })
    expect(isOver(phase)).toBe(true)
    expect(joiningAfter(phase, { type: 'failed', problem: 'failed' })).toBe(phase)
  }
})
