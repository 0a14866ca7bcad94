import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter, LiveRouterOptions } from '../../support/live-router.ts'
import { routeEntry } from '../../support/scripted-service.ts'

/** Requests that the service works on; the test decides when each is done. */
let working: { model: string | null; queueMs: string | null; finish: () => void; isAborted: boolean }[] = []
let live: LiveRouter
beforeEach(() => {
  working = []
})
afterEach(() => live.close())

const answer = async (request: Request): Promise<Response> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const work = {
    model: request.headers.get('x-skein-model'),
    queueMs: request.headers.get('x-skein-queue-ms'),
    finish: resolve,
    isAborted: false,
  }
  working.push(work)
  request.signal.addEventListener('abort', () => {
    work.isAborted = true
    resolve()
  })
  if (request.url.includes('stream')) {
    return new Response(
      new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(new TextEncoder().encode('data: 1\n\n'))
          await promise
          if (!work.isAborted) controller.close()
        },
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    )
  }
  await promise
  return Response.json({ done: true })
}

const start = async (settings: LiveRouterOptions['settings'] = {}): Promise<void> => {
  live = await startLiveRouter({
    models: ['llama', 'qwen'],
    chat: {
      answer,
      slotsPerModel: 1,
      routes: [
        routeEntry('POST', '/v1/chat/completions', { capability: 'chat', admission: 'engine' }),
        routeEntry('POST', '/v1/chat/stream', { capability: 'chat', admission: 'engine' }),
        routeEntry('POST', '/api/chat', { capability: 'chat', admission: 'engine' }),
        routeEntry('POST', '/v1/tokenize', { capability: 'chat' }),
      ],
    },
    settings,
  })
}

const chat = (init: RequestInit = {}, path = '/v1/chat/completions', model = 'llama'): Promise<Response> =>
  live.ask(path, { method: 'POST', body: JSON.stringify({ model }), ...init })

interface Queue {
  readonly waiting: number
  readonly running: number
}

const queueIs = (waiting: number, running: number): Promise<void> =>
  eventually(`${waiting} wait and ${running} run`, async () => {
    const { queue } = (await (await live.ask('/status')).json()) as { queue: Queue }
    return queue.waiting === waiting && queue.running === running
  })

const finishNext = async (): Promise<void> => {
  await eventually('the service works', () => working.length > 0)
  working.shift()?.finish()
}

describe('the queue in front of an engine', () => {
  test('lets one model work on as much as its service has slots, and others beside it', async () => {
    await start()
    const first = chat()
    const second = chat()
    const other = chat({}, '/v1/chat/completions', 'qwen')
    await queueIs(1, 2)
    await eventually('two are at work', () => working.length === 2)
    expect(working.map(({ model }) => model).toSorted()).toEqual(['llama', 'qwen'])
    for (let count = 0; count < 3; count += 1) await finishNext()
    const replies = await Promise.all([first, second, other])
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200])
    await queueIs(0, 0)
  })

  test('tells service and client how long the request waited', async () => {
    await start()
    const first = chat()
    await queueIs(0, 1)
    const second = chat()
    await queueIs(1, 1)
    await Bun.sleep(30)
    await finishNext()
    await eventually('the second is at work', () => working.length === 1)
    expect(Number(working[0]!.queueMs)).toBeGreaterThanOrEqual(30)
    await finishNext()
    expect((await first).headers.get('x-skein-queue-ms')).toBe('0')
    expect(Number((await second).headers.get('x-skein-queue-ms'))).toBeGreaterThanOrEqual(30)
  })

  test('refuses when it is full, with place, estimate and a time to come back, in the dialect', async () => {
    await start({ queueLimit: 1 })
    const asked = [chat(), chat()]
    await queueIs(1, 1)
    const refused = await chat()
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(await refused.json()).toMatchObject({
      error: {
        type: 'rate_limit_error',
        code: 'queue_full',
        details: { position: 2, etaMs: expect.any(Number) },
      },
    })
    const ollama = await chat({}, '/api/chat')
    expect(ollama.status).toBe(429)
    expect(await ollama.json()).toEqual({ error: expect.stringContaining('queue') })
    await finishNext()
    await finishNext()
    await Promise.all(asked)
    expect(await (await live.ask('/metrics')).text()).toContain(
      'skein_queue_refusals_total{service="router",class="interactive",reason="queue-full"} 2',
    )
  })

  test('sends a request away whose wait is over, and the slot stays with who has it', async () => {
    await start({ waitMs: 50 })
    const first = chat()
    await queueIs(0, 1)
    const second = await chat()
    expect(second.status).toBe(503)
    expect(second.headers.has('retry-after')).toBe(true)
    expect(await second.json()).toMatchObject({ error: { code: 'overloaded', details: { position: 1 } } })
    await finishNext()
    expect((await first).status).toBe(200)
    await queueIs(0, 0)
  })

  test('forgets at once who leaves it, and never sends that request to the engine', async () => {
    await start()
    const first = chat()
    await queueIs(0, 1)
    const client = new AbortController()
    const second = chat({ signal: client.signal }).catch(() => 'left')
    await queueIs(1, 1)
    client.abort()
    expect(await second).toBe('left')
    await queueIs(0, 1)
    await finishNext()
    await first
    await queueIs(0, 0)
    expect(live.chat.seen).toHaveLength(1)
  })

  test('keeps a slot until the last byte of a stream, or until its client leaves', async () => {
    await start()
    const streaming = await chat({}, '/v1/chat/stream')
    const second = chat()
    await queueIs(1, 1)
    await finishNext()
    expect(await streaming.text()).toBe('data: 1\n\n')
    await eventually('the second is at work', () => working.length === 1)
    await finishNext()
    await second
    const client = new AbortController()
    const left = await chat({ signal: client.signal }, '/v1/chat/stream')
    await left.body!.getReader().read()
    await queueIs(0, 1)
    client.abort()
    await queueIs(0, 0)
    await eventually('the service has heard of it', () => working.every(({ isAborted }) => isAborted))
  })

  test('tells a client where its request stands', async () => {
    await start()
    const stateOf = async (id: string) => (await (await live.ask(`/v1/queue/${id}`)).json()) as unknown
    const first = chat({ headers: { 'x-request-id': 'one' } })
    await queueIs(0, 1)
    const second = chat({ headers: { 'x-request-id': 'two' } })
    await queueIs(1, 1)
    expect(await stateOf('one')).toEqual({ state: 'running', position: 0, etaMs: 0 })
    expect(await stateOf('two')).toEqual({ state: 'waiting', position: 1, etaMs: expect.any(Number) })
    await finishNext()
    await finishNext()
    await Promise.all([first, second])
    await queueIs(0, 0)
    expect((await live.ask('/v1/queue/one')).status).toBe(404)
  })

  test('does not hold up routes that need no engine', async () => {
    await start()
    const first = chat()
    await queueIs(0, 1)
    const beside = chat({}, '/v1/tokenize')
    await eventually('both are at work', () => working.length === 2)
    expect(working[1]).toMatchObject({ model: 'llama', queueMs: null })
    await finishNext()
    await finishNext()
    await Promise.all([first, beside])
  })
})

describe('the model of a request', () => {
  const modelFor = async (body: string): Promise<string | null | undefined> => {
    const reply = live.ask('/v1/tokenize', { method: 'POST', body })
    await eventually('the service has the request', () => working.length === 1)
    const model = working[0]?.model
    await finishNext()
    await reply
    return model
  }

  test('is told to the service by its id, however the client wrote it', async () => {
    await start()
    expect(await modelFor('{"model":"Owner/LLAMA:latest"}')).toBe('llama')
  })

  test('is the one in memory when the client names none', async () => {
    await start()
    expect(await modelFor('{}')).toBe('llama')
    live.store.states = [{ id: 'qwen', state: 'ready', lastUsedAt: '2026-01-01T00:00:00Z' }]
    expect(await modelFor('{"model":""}')).toBe('qwen')
  })

  test('may be one that model-store found a moment ago', async () => {
    await start()
    expect((await chat({}, '/v1/tokenize', 'gemma')).status).toBe(404)
    live.store.cards = [...live.store.cards, { ...live.store.cards[0]!, id: 'gemma' as never }]
    await Bun.sleep(300)
    expect(await modelFor('{"model":"gemma"}')).toBe('gemma')
  })

  test('that does not exist is a 404 in the dialect, and takes no slot', async () => {
    await start()
    const openai = await chat({}, '/v1/chat/completions', 'none')
    expect(openai.status).toBe(404)
    expect(await openai.json()).toMatchObject({ error: { code: 'model_not_found', param: 'model' } })
    const ollama = await chat({}, '/api/chat', 'none')
    expect(ollama.status).toBe(404)
    expect(await ollama.json()).toEqual({ error: expect.stringContaining("'none'") })
    await queueIs(0, 0)
  })
})
