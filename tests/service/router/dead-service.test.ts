import { afterEach, describe, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { eventually } from '../../support/eventually.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter, LiveRouterOptions } from '../../support/live-router.ts'
import { routeEntry } from '../../support/scripted-service.ts'

const ROUTES = [
  routeEntry('POST', '/v1/chat/completions', { capability: 'chat', admission: 'engine' }),
  routeEntry('POST', '/api/chat', { capability: 'chat', admission: 'engine' }),
  routeEntry('GET', '/v1/things'),
]

let live: LiveRouter
afterEach(() => live.close())

const start = (options: LiveRouterOptions = {}): Promise<LiveRouter> =>
  startLiveRouter({ chat: { routes: ROUTES, answer: () => new Response('ok') }, ...options })

const chat = (path = '/v1/chat/completions'): Promise<Response> =>
  live.ask(path, { method: 'POST', body: '{"model":"llama"}' })

const allSlotsFree = (): Promise<void> =>
  eventually('no slot is held', async () => {
    const status = (await (await live.ask('/status')).json()) as {
      queue: { running: number; waiting: number }
    }
    return status.queue.running === 0 && status.queue.waiting === 0
  })

/** Takes the place of the service with one that writes these bytes and is gone. */
const answerAndDie = async (bytes: string): Promise<() => number> => {
  await live.chat.die()
  rmSync(live.chat.socket, { force: true })
  let requests = 0
  const server = Bun.listen({
    unix: live.chat.socket,
    socket: {
      data(socket, data) {
        if (!data.toString().startsWith('POST')) return void socket.end('HTTP/1.1 503 x\r\n\r\n')
        requests += 1
        socket.write(bytes)
        socket.flush()
        setTimeout(() => socket.terminate(), 20)
      },
    },
  })
  stopDying = () => server.stop(true)
  return () => requests
}
let stopDying = (): void => undefined
afterEach(() => stopDying())

describe('a service that is not there', () => {
  test('is a 503 with a time to come back, in the dialect of the route', async () => {
    live = await start()
    await live.chat.die()
    const openai = await chat()
    expect(openai.status).toBe(503)
    expect(openai.headers.get('retry-after')).toBe('2')
    expect(await openai.json()).toMatchObject({
      error: {
        type: 'service_unavailable',
        code: 'unavailable',
        message: expect.stringContaining('chat service'),
      },
    })
    const ollama = await chat('/api/chat')
    expect(ollama.status).toBe(503)
    expect(await ollama.json()).toEqual({ error: expect.stringContaining('chat service') })
    await allSlotsFree()
  })

  test('is asked again as soon as it is back', async () => {
    live = await start()
    await live.chat.die()
    expect((await chat()).status).toBe(503)
    live.chat.revive()
    expect((await chat()).status).toBe(200)
    await live.router.directory.refresh('chat')
    expect(live.router.directory.states[0]).toMatchObject({ name: 'chat', state: 'up', restarts: 1 })
  })

  test('is a 503 for every route while nobody knows which routes it has', async () => {
    live = await start({ absent: ['chat'] })
    const reply = await chat('/api/chat')
    expect(reply.status).toBe(503)
    expect(await reply.json()).toEqual({ error: expect.stringContaining('chat') })
    expect((await live.ask('/_skein/manifest')).status).toBe(404)
    expect((await live.ask('/status')).status).toBe(200)
    live.chat.revive()
    await live.router.directory.refresh('chat')
    expect((await chat('/api/chat')).status).toBe(200)
    expect((await live.ask('/v1/nothing')).status).toBe(404)
  })
})

describe('a service that dies', () => {
  test('before it answers is a 503, and is not asked twice', async () => {
    live = await start()
    const requests = await answerAndDie('')
    const reply = await chat()
    expect(reply.status).toBe(503)
    expect(await reply.json()).toMatchObject({ error: { code: 'unavailable' } })
    expect(requests()).toBe(1)
    await allSlotsFree()
  })

  test('in the middle of a JSON answer is a 503, never half of it', async () => {
    live = await start()
    await answerAndDie(
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a":',
    )
    const reply = await chat()
    expect(reply.status).toBe(503)
    expect(await reply.json()).toMatchObject({ error: { code: 'unavailable' } })
    await allSlotsFree()
  })

  test('in the middle of OpenAI’s stream ends it with an error event', async () => {
    live = await start()
    await answerAndDie(
      'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\na\r\ndata: {}\n\n\r\n',
    )
    const reply = await chat()
    expect(reply.status).toBe(200)
    expect(await reply.text()).toMatch(
      /^data: \{\}\n\nevent: error\ndata: \{"error":\{.*"code":"unavailable".*\}\}\n\ndata: \[DONE\]\n\n$/,
    )
    await allSlotsFree()
  })

  test('in the middle of a line of Ollama’s stream closes the line and ends with an error', async () => {
    live = await start()
    await answerAndDie(
      'HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n',
    )
    const lines = (await (await chat('/api/chat')).text()).split('\n')
    expect(lines).toEqual(['{"a":', expect.stringMatching(/^\{"error":".*went away.*"\}$/), ''])
    await allSlotsFree()
  })

  test('in the middle of anything else cuts the connection, so that nobody takes it for whole', async () => {
    live = await start()
    await answerAndDie(
      'HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n',
    )
    const reply = await chat()
    expect(reply.status).toBe(200)
    await expect(reply.arrayBuffer()).rejects.toThrow()
    await allSlotsFree()
  })
})
