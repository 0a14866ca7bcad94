import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { settled } from '../../../../../support/manual-clock.ts'
import { createDesk, HOLDER, leaseReport as report, leaseRequest as request } from './scripted-lease-desk.ts'

const NEVER = new AbortController().signal

const failureOf = async (promise: Promise<unknown>): Promise<Fault> => {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (outcome instanceof Fault) return outcome
  throw new Error(`expected a Fault, got ${String(outcome)}`)
}

let { desk, clock, state } = createDesk()
beforeEach(() => {
  ;({ desk, clock, state } = createDesk())
})
afterEach(() => settled())

describe('granting', () => {
  test('what fits is granted at once', async () => {
    expect(await desk.acquire(request('a', 60), NEVER)).toEqual({ leaseId: 'lease-1' })
    expect(desk.heldBytes).toBe(60)
  })

  test('what is larger than the budget is refused at once, with the figures and without a retry', async () => {
    const fault = await failureOf(desk.acquire(request('huge', 101), NEVER))
    expect(fault.code).toBe('overloaded')
    expect(fault.retryAfterSeconds).toBeUndefined()
    expect(fault.details).toEqual({ requestedBytes: 101, budgetBytes: 100 })
  })

  test('an idle model makes room, the longest unused first', async () => {
    const first = await desk.acquire(request('a', 50), NEVER)
    const second = await desk.acquire(request('b', 50), NEVER)
    desk.report({
      ...HOLDER,
      leases: [
        report(first.leaseId, 50, { lastUsedAt: '2026-01-01T00:00:09Z' }),
        report(second.leaseId, 50, { lastUsedAt: '2026-01-01T00:00:01Z' }),
      ],
    })
    await desk.acquire(request('c', 50), NEVER)
    expect(state.asked).toEqual([second.leaseId])
    expect(state.evictions).toBe(1)
    expect(desk.heldBytes).toBe(100)
  })

  test('several idle models go until it fits', async () => {
    const ids: string[] = []
    for (const model of ['a', 'b', 'c', 'd'])
      ids.push((await desk.acquire(request(model, 25), NEVER)).leaseId)
    const leases = ids.map((id, index) => report(id, 25, { lastUsedAt: `2026-01-01T00:00:0${index}Z` }))
    desk.report({ ...HOLDER, leases })
    await desk.acquire(request('e', 70), NEVER)
    expect(state.asked).toEqual(ids.slice(0, 3))
  })

  test('a lease that is loading is never asked for', async () => {
    await desk.acquire(request('a', 60), NEVER)
    const waiting = failureOf(desk.acquire(request('b', 60, { waitMs: 500 }), NEVER))
    await clock.advance(499)
    expect(state.asked).toEqual([])
    await clock.advance(1)
    expect((await waiting).code).toBe('overloaded')
  })

  test('a holder that says no is asked again only after its next report', async () => {
    const { leaseId } = await desk.acquire(request('a', 60), NEVER)
    desk.report({ ...HOLDER, leases: [report(leaseId, 60)] })
    state.answer = () => false
    const waiting = desk.acquire(request('b', 60), NEVER)
    await settled()
    desk.expire()
    await settled()
    expect(state.asked).toEqual([leaseId])
    state.answer = () => true
    desk.report({ ...HOLDER, leases: [report(leaseId, 60)] })
    expect((await waiting).leaseId).toBe('lease-2')
    expect(state.asked).toEqual([leaseId, leaseId])
  })

  test('the oldest says no, so the next oldest is asked', async () => {
    const first = await desk.acquire(request('a', 50), NEVER)
    const second = await desk.acquire(request('b', 50), NEVER)
    const leases = [
      report(first.leaseId, 50, { lastUsedAt: '2026-01-01T00:00:01Z' }),
      report(second.leaseId, 50, { lastUsedAt: '2026-01-01T00:00:02Z' }),
    ]
    desk.report({ ...HOLDER, leases })
    state.answer = (leaseId) => leaseId !== first.leaseId
    await desk.acquire(request('c', 50), NEVER)
    expect(state.asked).toEqual([first.leaseId, second.leaseId])
  })
})

describe('waiting', () => {
  test('a release serves who waits', async () => {
    const { leaseId } = await desk.acquire(request('a', 60), NEVER)
    const waiting = desk.acquire(request('b', 60), NEVER)
    await settled()
    expect(desk.waitingCount).toBe(1)
    desk.release(leaseId)
    expect((await waiting).leaseId).toBe('lease-2')
    expect(desk.waitingCount).toBe(0)
  })

  test('a lease that shrinks serves who waits', async () => {
    const { leaseId } = await desk.acquire(request('a', 60), NEVER)
    const waiting = desk.acquire(request('b', 60), NEVER)
    desk.report({ ...HOLDER, leases: [report(leaseId, 40, { activeRequests: 1 })] })
    expect((await waiting).leaseId).toBe('lease-2')
  })

  test('two that wait keep their order, also when the second would fit first', async () => {
    const { leaseId } = await desk.acquire(request('a', 60), NEVER)
    const order: string[] = []
    const large = desk.acquire(request('large', 80), NEVER).then(() => order.push('large'))
    const small = desk.acquire(request('small', 20), NEVER).then(() => order.push('small'))
    await settled()
    expect(order).toEqual([])
    desk.release(leaseId)
    await Promise.all([large, small])
    expect(order).toEqual(['large', 'small'])
  })

  test('one that leaves makes way for the next', async () => {
    await desk.acquire(request('a', 60), NEVER)
    const client = new AbortController()
    const large = desk.acquire(request('large', 80), client.signal)
    const small = desk.acquire(request('small', 20), NEVER)
    await settled()
    client.abort(new Error('gone'))
    await expect(large).rejects.toThrow('gone')
    expect((await small).leaseId).toBe('lease-2')
  })

  test('one that has left already never enters', async () => {
    await expect(desk.acquire(request('a', 10), AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
    expect(desk.heldBytes).toBe(0)
  })

  test('when the wait is over the caller learns who holds the memory, and when to come again', async () => {
    await desk.acquire(request('a', 60), NEVER)
    const late = failureOf(desk.acquire(request('b', 60, { waitMs: 5000 }), NEVER))
    await clock.advance(5000)
    const fault = await late
    expect(fault.code).toBe('overloaded')
    expect(fault.retryAfterSeconds).toBeGreaterThan(0)
    expect(fault.details).toEqual({ requestedBytes: 60, heldBytes: 60, budgetBytes: 100 })
    expect(desk.waitingCount).toBe(0)
  })

  test('a request that leaves while a holder is being asked does not get the memory', async () => {
    const { leaseId } = await desk.acquire(request('a', 60), NEVER)
    desk.report({ ...HOLDER, leases: [report(leaseId, 60)] })
    const answer = Promise.withResolvers<boolean>()
    state.answer = () => answer.promise
    const client = new AbortController()
    const left = desk.acquire(request('b', 60), client.signal).catch(() => 'left')
    await settled()
    client.abort(new Error('gone'))
    answer.resolve(true)
    expect(await left).toBe('left')
    await settled()
    expect(desk.heldBytes).toBe(0)
  })
})

describe('holders', () => {
  test('one that is silent for more than 20 s loses its leases, which serves who waits', async () => {
    await desk.acquire(request('a', 60), NEVER)
    const waiting = desk.acquire(request('b', 60, { service: 'audio', instance: 'x' }), NEVER)
    await clock.advance(20_001)
    desk.expire()
    expect((await waiting).leaseId).toBe('lease-2')
  })

  test('a new run of a service starts without the leases of the old one', async () => {
    await desk.acquire(request('a', 60), NEVER)
    expect(await desk.acquire(request('b', 90, { instance: 'two' }), NEVER)).toEqual({ leaseId: 'lease-2' })
    expect(desk.heldBytes).toBe(90)
  })

  test('the old run gets nothing any more', async () => {
    await desk.acquire(request('a', 10), NEVER)
    await desk.acquire(request('b', 10, { instance: 'two' }), NEVER)
    expect((await failureOf(desk.acquire(request('c', 10), NEVER))).code).toBe('conflict')
  })

  test('an unknown lease in a report counts: this service was restarted', () => {
    desk.report({ ...HOLDER, leases: [report('from-before', 70)] })
    expect(desk.heldBytes).toBe(70)
    expect(desk.held()[0]?.report?.contextTokens).toBe(4096)
  })

  test('what was granted before a restart counts until its holder reports or stays silent', async () => {
    await desk.acquire(request('a', 70), NEVER)
    const restarted = createDesk(state.recorded)
    expect(restarted.desk.heldBytes).toBe(70)
    restarted.desk.report({ ...HOLDER, leases: [report('lease-1', 30)] })
    expect(restarted.desk.heldBytes).toBe(30)
    await restarted.clock.advance(20_001)
    restarted.desk.expire()
    expect(restarted.desk.heldBytes).toBe(0)
    expect(restarted.state.recorded).toEqual([])
  })

  test('releasing twice, or what nobody holds, is nothing', async () => {
    const { leaseId } = await desk.acquire(request('a', 60), NEVER)
    desk.release(leaseId)
    desk.release(leaseId)
    desk.release('never-heard-of')
    expect(desk.heldBytes).toBe(0)
  })

  test('unloading a model asks for all its leases, and says when one is kept', async () => {
    const { leaseId } = await desk.acquire(request('a', 20), NEVER)
    await desk.acquire(request('b', 20), NEVER)
    expect(await desk.unload('a')).toBe(true)
    expect(state.asked).toEqual([leaseId])
    state.answer = () => false
    expect(await desk.unload('b')).toBe(false)
    expect(desk.heldBytes).toBe(20)
  })
})
