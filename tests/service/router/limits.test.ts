import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { routeEntry } from '../../support/scripted-service.ts'

const LIMIT = 100_000

let live: LiveRouter
beforeAll(async () => {
  live = await startLiveRouter({
    chat: {
      answer: async (request) => Response.json({ bytes: (await request.arrayBuffer()).byteLength }),
      routes: [
        routeEntry('POST', '/v1/chat/completions', { capability: 'chat', bodyLimitBytes: LIMIT }),
        routeEntry('POST', '/v1/files', { bodyLimitBytes: LIMIT }),
        routeEntry('POST', '/api/chat', { capability: 'chat', bodyLimitBytes: LIMIT }),
      ],
    },
  })
})
afterAll(() => live.close())

const chatBody = (size: number): string => {
  const empty = JSON.stringify({ model: 'llama', pad: '' })
  return JSON.stringify({ model: 'llama', pad: 'x'.repeat(size - empty.length) })
}

/** The same bytes without a length in front. */
const unannounced = (text: string): ReadableStream<Uint8Array> =>
  new Blob([text]).stream() as ReadableStream<Uint8Array>

describe.each(['/v1/chat/completions', '/v1/files', '/api/chat'])('a body for %s', (path) => {
  test('that is just as large as the route takes arrives', async () => {
    for (const body of [chatBody(LIMIT), unannounced(chatBody(LIMIT))]) {
      const reply = await live.ask(path, { method: 'POST', body })
      expect(await reply.json()).toEqual({ bytes: LIMIT })
    }
  })

  test('that is larger is refused in the dialect, announced or not, and never arrives whole', async () => {
    for (const body of [chatBody(LIMIT + 1), unannounced(chatBody(LIMIT + 1))]) {
      const reply = await live.ask(path, { method: 'POST', body })
      expect(reply.status).toBe(413)
      const { error } = (await reply.json()) as { error: string | { code: string } }
      if (typeof error === 'string') expect(error).toContain('100000 bytes')
      else expect(error.code).toBe('too_large')
    }
  })
})

test('a large body is refused by its first line, before it is sent', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  let got = ''
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: live.port,
    socket: {
      open: (opening) =>
        void opening.write(
          'POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999\r\n\r\n',
        ),
      data(_socket, data) {
        got += data.toString('latin1')
        if (got.includes('too_large')) resolve(got)
      },
    },
  })
  expect(await promise).toStartWith('HTTP/1.1 413')
  socket.terminate()
})

test('a body that is no JSON, or names the model with something else, is refused at the door', async () => {
  const before = live.chat.seen.length
  for (const body of ['', '{', '[]', '{"model":', 'model=llama']) {
    const reply = await live.ask('/v1/chat/completions', { method: 'POST', body })
    expect(reply.status).toBe(400)
    expect(await reply.json()).toMatchObject({ error: { code: 'invalid_request' } })
  }
  const reply = await live.ask('/v1/chat/completions', { method: 'POST', body: '{"model":7}' })
  expect(await reply.json()).toMatchObject({ error: { param: 'model' } })
  expect(live.chat.seen.length).toBe(before)
})
