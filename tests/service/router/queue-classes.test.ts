import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { routeEntry } from '../../support/scripted-service.ts'

/** Requests that the service works on; the test decides when each is done. */
let working: { readonly headers: Headers; readonly finish: () => void }[] = []
let live: LiveRouter
beforeEach(async () => {
  working = []
  live = await startLiveRouter({
    chat: {
      async answer(request) {
        const { promise, resolve } = Promise.withResolvers<void>()
        working.push({ headers: request.headers, finish: resolve })
        await promise
        return Response.json({ done: true })
      },
      slotsPerModel: 1,
      routes: [routeEntry('POST', '/v1/chat/completions', { capability: 'chat', admission: 'engine' })],
    },
  })
})
afterEach(() => live.close())

const chat = (init: RequestInit = {}): Promise<Response> =>
  live.ask('/v1/chat/completions', { method: 'POST', body: '{"model":"llama"}', ...init })

const queueIs = (waiting: number, running: number): Promise<void> =>
  eventually(`${waiting} wait and ${running} run`, async () => {
    const { queue } = (await (await live.ask('/status')).json()) as {
      queue: { waiting: number; running: number }
    }
    return queue.waiting === waiting && queue.running === running
  })

const finishNext = async (): Promise<void> => {
  await eventually('the service works', () => working.length > 0)
  working.shift()?.finish()
}

describe('the class of a request', () => {
  test('lets requests go first that somebody waits for, whichever way the others say that they have time', async () => {
    const first = chat()
    await queueIs(0, 1)
    const byHeader = chat({ headers: { 'x-skein-class': 'batch', 'x-request-id': 'header' } })
    await queueIs(1, 1)
    const body = JSON.stringify({ model: 'llama', messages: [], service_tier: 'flex' })
    const byTier = chat({ body, headers: { 'x-request-id': 'tier' } })
    await queueIs(2, 1)
    const urgent = chat({ headers: { 'x-request-id': 'urgent' } })
    await queueIs(3, 1)
    const order: (string | null)[] = []
    for (let count = 0; count < 4; count += 1) {
      await eventually('the service works', () => working.length > 0)
      order.push(working[0]!.headers.get('x-request-id'))
      await finishNext()
    }
    expect(order.slice(1)).toEqual(['urgent', 'header', 'tier'])
    await Promise.all([first, byHeader, byTier, urgent])
  })

  test('tells the service on whose account a request is, whatever its client says', async () => {
    const forged = { 'x-skein-caller': 'somebody', 'x-skein-deadline': '1', 'x-skein-class': 'batch' }
    const asked = chat({ headers: forged })
    await eventually('the service works', () => working.length > 0)
    const { headers } = working[0]!
    expect(headers.get('x-skein-caller')).toBe('local')
    expect(headers.get('x-skein-class')).toBe('batch')
    expect(headers.has('x-skein-deadline')).toBe(false)
    await finishNext()
    expect((await asked).status).toBe(200)
  })

  test('refuses a class that does not exist, in the dialect, and takes no slot', async () => {
    const refused = await chat({ headers: { 'x-skein-class': 'urgent' } })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: { param: 'x-skein-class' } })
    await queueIs(0, 0)
  })
})
