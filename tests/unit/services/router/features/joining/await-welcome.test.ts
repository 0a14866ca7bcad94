import { describe, expect, test } from 'bun:test'
import { awaitWelcome } from '@service/router/features/joining/await-welcome.ts'
import type { AskHost } from '@service/router/features/joining/await-welcome.ts'
import { Joining } from '@service/router/features/joining/joining.ts'
import type { WaitAnswer } from '@service/router/features/joining/pairing-messages.ts'
import { HostUnreachable } from '@service/router/features/joining/pairing-ports.ts'
import { SILENCE_MS } from '@service/router/policy/pairing/invitation-state.ts'
import { BUNDLE } from '../../../../../support/joining/scripted-cluster.ts'
import { createManualClock } from '../../../../../support/manual-clock.ts'
import type { ManualClock } from '../../../../../support/manual-clock.ts'

const WAITING: WaitAnswer = { type: 'waiting', hasConfirmed: false }
const WELCOME: WaitAnswer = { type: 'welcome', bundle: BUNDLE }

/** A node whose owner is asked, and a host that answers so each time. */
const withHost = (answer: (asked: number) => WaitAnswer | Error) => {
  const clock = createManualClock()
  const joining = new Joining('joining_1', clock)
  joining.apply({ type: 'found' })
  joining.apply({ type: 'proved' })
  const said: string[] = []
  const ask: AskHost = async (says) => {
    said.push(says)
    const answered = answer(said.length)
    if (answered instanceof Error) throw answered
    return answered
  }
  const signal = new AbortController().signal
  return { clock, joining, said, welcome: awaitWelcome(joining, ask, { clock, signal }) }
}

/** Lets time pass until it has come to an end, and tells how. */
const problemOf = async (welcome: Promise<unknown>, clock: ManualClock): Promise<unknown> => {
  const ended = Promise.withResolvers<unknown>()
  let isOver = (): boolean => false
  welcome.then(
    () => ended.resolve('welcome'),
    (error: { problem?: string }) => ended.resolve(error.problem),
  )
  void ended.promise.then(() => (isOver = () => true))
  for (let second = 0; second < 400 && !isOver(); second += 1) await clock.advance(1000)
  return ended.promise
}

describe('who joins', () => {
  test('gets what it enters with after its own yes', async () => {
    const { joining, said, welcome } = withHost((asked) => (asked === 1 ? WAITING : WELCOME))
    joining.apply({ type: 'answered-here', answer: 'yes' })
    expect(await welcome).toEqual(BUNDLE)
    expect(said.at(-1)).toBe('yes')
    expect(joining.phase.type).toBe('entering')
  })

  test('asks again and again, but not without pause', async () => {
    const { clock, said } = withHost(() => WAITING)
    for (let tenth = 0; tenth < 100; tenth += 1) await clock.advance(100)
    expect(said.length).toBeGreaterThan(5)
    expect(said.length).toBeLessThan(30)
  })

  test('hears of a yes at the other end', async () => {
    const { clock, joining } = withHost(() => ({ type: 'waiting', hasConfirmed: true }))
    await clock.advance(1)
    expect(joining.phase).toMatchObject({ isConfirmedThere: true })
  })
})

describe('a host', () => {
  test('that says welcome before our owner has said yes is not followed', async () => {
    const { clock, welcome } = withHost(() => WELCOME)
    expect(await problemOf(welcome, clock)).toBe('broken-message')
  })

  test.each([
    ['nothing', undefined],
    ['a secret that is none', { ...BUNDLE, secret: 'short' }],
    ['records of an unknown kind', { ...BUNDLE, records: [{ ...BUNDLE.records[0], kind: 'x' }] }],
    ['ports that are none', { ...BUNDLE, addresses: [{ nodeId: 'x', host: 'h', linkPort: 0, dataPort: 1 }] }],
  ])('that gives %s to enter with is not followed', async (_what, bundle) => {
    const { clock, joining, welcome } = withHost(() => ({ type: 'welcome', bundle }))
    joining.apply({ type: 'answered-here', answer: 'yes' })
    expect(await problemOf(welcome, clock)).toBe('broken-message')
  })

  test('that is gone for a minute is given up, and not before', async () => {
    const { clock, welcome } = withHost(() => new HostUnreachable('gone'))
    expect(await problemOf(welcome, clock)).toBe('other-side-gone')
    expect(clock.now()).toBeGreaterThanOrEqual(SILENCE_MS)
  })

  test('that comes back in time is heard', async () => {
    const { clock, joining, welcome } = withHost((asked) =>
      asked < 20 ? new HostUnreachable('away') : WELCOME,
    )
    joining.apply({ type: 'answered-here', answer: 'yes' })
    expect(await problemOf(welcome, clock)).toBe('welcome')
  })

  test('that never says anything is not waited for without end', async () => {
    const { clock, welcome } = withHost(() => WAITING)
    expect(await problemOf(welcome, clock)).toBe('not-confirmed')
  })

  test('that ends it with a word that is unknown here has failed', async () => {
    const { clock, welcome } = withHost(() => ({ type: 'ended', problem: '__proto__' }))
    expect(await problemOf(welcome, clock)).toBe('failed')
  })
})
