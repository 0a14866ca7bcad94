import { afterEach, describe, expect, test } from 'bun:test'
import { eventually } from '../../../support/eventually.ts'
import { ask, endless, expectClosed, stopServers } from '../../../support/fetch/ask-server.ts'
import { fetcherFor } from '../../../support/fetch/fetcher-for.ts'
import { refusalOf } from '../../../support/fetch/refusal-of.ts'
import { createManualClock } from '../../../support/manual-clock.ts'

afterEach(stopServers)

describe('time', () => {
  const limits = { connectTimeoutMs: 1000, idleTimeoutMs: 5000, totalTimeoutMs: 60_000 }

  test('a server that says nothing is left after the idle limit', async () => {
    const asked = await ask(() => undefined, { limits })
    await eventually('the request is there', () => asked.server.requests.length === 1)
    await asked.clock.advance(4999)
    expect(asked.server.closed).toBe(0)
    await asked.clock.advance(1)
    expect((await refusalOf(asked.reply)).message).toContain('was silent for too long')
    await expectClosed(asked)
  })

  test('a server that falls silent in its body is left as well', async () => {
    const asked = await ask((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nfirst'), { limits })
    const pieces = (await asked.reply).body[Symbol.asyncIterator]()
    await pieces.next()
    const waiting = pieces.next()
    waiting.catch(() => undefined)
    await asked.clock.advance(5000)
    expect((await refusalOf(waiting)).code).toBe('unavailable')
    await expectClosed(asked)
  })

  test('a reader may take its time, up to the total limit', async () => {
    const asked = await ask(endless('HTTP/1.1 200 OK\r\n\r\n', Buffer.alloc(1000)), { limits })
    const pieces = (await asked.reply).body[Symbol.asyncIterator]()
    await pieces.next()
    await asked.clock.advance(50_000)
    expect((await pieces.next()).done).toBe(false)
    await asked.clock.advance(10_000)
    expect((await refusalOf(pieces.next())).message).toContain('could not be read to its end in time')
    await expectClosed(asked)
  })

  test('a body that nobody reads does not hold its connection for ever', async () => {
    const asked = await ask((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nfirst'), { limits })
    await asked.reply
    await asked.clock.advance(60_000)
    await expectClosed(asked)
  })

  test('a server that never finishes TLS is left after the connect limit', async () => {
    const asked = await ask(() => undefined, { limits, scheme: 'https' })
    await eventually('it is connected', () => asked.server.requests.length === 1)
    await asked.clock.advance(1000)
    expect((await refusalOf(asked.reply)).message).toContain('could not be reached in time')
    await expectClosed(asked)
  })

  test('a name server that never answers is left after the connect limit', async () => {
    const clock = createManualClock()
    const resolver = { resolve: () => new Promise<never>(() => undefined) }
    const reply = fetcherFor({ ports: { clock, resolver }, limits }).fetch({
      url: 'http://pictures.test/',
      param: 'audio_url',
    })
    reply.catch(() => undefined)
    await clock.advance(1000)
    expect((await refusalOf(reply)).code).toBe('unavailable')
  })
})
