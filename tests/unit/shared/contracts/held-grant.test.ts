import { afterEach, describe, expect, test } from 'bun:test'
import { heldReply, readHeldReply } from '@shared/contracts/held-grant.ts'
import { encodeFault } from '@shared/fault/fault-wire.ts'
import { Fault } from '@shared/fault/fault.ts'
import { eventually } from '../../../support/eventually.ts'
import { createManualClock } from '../../../support/manual-clock.ts'

/** A lender over a real connection. */
const startLender = () => {
  const clock = createManualClock()
  const ended = Promise.withResolvers<string>()
  let left = 0
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    fetch: (request) =>
      heldReply(
        { port: 7 },
        { ended: ended.promise, onLeft: () => void (left += 1), signal: request.signal },
        clock,
      ),
  })
  return {
    clock,
    url: server.url.href,
    end: ended.resolve,
    leftCount: () => left,
    stop: () => server.stop(true),
  }
}

describe('what is lent over a connection', () => {
  let lender = startLender()
  const borrowerClock = createManualClock()
  let linesAwaited = 0
  const timer = {
    after(delayMs: number, callback: () => void) {
      linesAwaited += 1
      return borrowerClock.after(delayMs, callback)
    },
  }
  const borrow = async () => readHeldReply<{ port: number }>(await fetch(lender.url), timer)
  afterEach(async () => {
    await lender.stop()
    lender = startLender()
  })

  test('is given back by closing it, once', async () => {
    const held = await borrow()
    expect(held.grant).toEqual({ port: 7 })
    held.release()
    held.release()
    await eventually('the lender sees it', () => lender.leftCount() === 1)
    expect(await held.ended).toContain('ended')
    lender.end('too late')
    expect(lender.leftCount()).toBe(1)
  })

  test('ends with the reason that the lender gives', async () => {
    const held = await borrow()
    lender.end('the program crashed')
    expect(await held.ended).toBe('the program crashed')
    expect(lender.leftCount()).toBe(0)
  })

  test('ends when the process of the lender is gone', async () => {
    const held = await borrow()
    await lender.stop()
    expect(await held.ended).toBe('the connection to it has ended')
  })

  test('ends when the lender falls silent, and lasts while it gives signs of life', async () => {
    const held = await borrow()
    let reason: string | undefined
    void held.ended.then((text) => (reason = text))
    await borrowerClock.advance(15_000)
    const readBefore = linesAwaited
    await lender.clock.advance(5000)
    await eventually('the sign is read', () => linesAwaited > readBefore)
    await borrowerClock.advance(15_000)
    expect(reason).toBeUndefined()
    await borrowerClock.advance(5000)
    await eventually('it is over', () => reason === 'nothing was heard of it any more')
    await eventually('the lender sees that nobody listens', () => lender.leftCount() === 1)
  })

  test('is refused as the lender says', async () => {
    const fault = new Fault('overloaded', 'No room.', { retryAfterSeconds: 3 })
    const reply = Response.json({ fault: encodeFault(fault) }, { status: fault.status })
    await expect(readHeldReply(reply, borrowerClock)).rejects.toMatchObject({
      code: 'overloaded',
      message: 'No room.',
    })
  })

  test('is no grant when the reply is something else or breaks off', async () => {
    for (const text of ['', 'hello\n', '{"grant"', '[]\n', `${'x'.repeat(100_000)}`]) {
      await expect(readHeldReply(new Response(text), borrowerClock)).rejects.toMatchObject({
        code: 'unavailable',
      })
    }
  })
})
