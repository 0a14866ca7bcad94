import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { refusal, startChatCluster } from '../../support/chat-cluster.ts'
import type { ChatCluster } from '../../support/chat-cluster.ts'
import { unreachable } from '../../support/scripted-nodes.ts'
import { jsonOf } from '../../support/wire-json.ts'

let cluster: ChatCluster
beforeEach(async () => {
  cluster = await startChatCluster()
})
afterEach(() => cluster.live.close())

describe('a node that cannot', () => {
  test.each([
    ['unreachable', () => unreachable('mini')({} as never)],
    ['broke off', () => Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))],
    ['unavailable', () => refusal('unavailable')],
    ['overloaded', () => refusal('overloaded')],
    ['engine failed', () => refusal('engine_failed')],
    ['queue full', () => refusal('queue_full')],
    ['model gone', () => refusal('model_not_found')],
    ['unavailable', () => new Response('bad gateway', { status: 502 })],
  ])('(%s) is left for another one', async (reason, answer) => {
    cluster.nodes.order = ['mini', 'studio']
    cluster.nodes.peer('mini').answer = answer
    const reply = await cluster.chat('llama')
    expect(await jsonOf(reply)).toEqual({ by: 'studio' })
    expect(reply.headers.get('x-skein-node')).toBe('studio')
    expect(reply.headers.get('x-skein-route')).toBe(`best; warm; 2 candidates; retried from mini (${reason})`)
  })

  test.each(['invalid_request', 'rate_limited', 'not_found', 'model_not_loadable', 'internal'] as const)(
    'is believed when it says %s',
    async (code) => {
      cluster.nodes.order = ['mini', 'studio']
      cluster.nodes.peer('mini').answer = () => refusal(code)
      const reply = await cluster.chat('llama')
      expect(await jsonOf(reply)).toEqual({ error: { code } })
      expect(cluster.nodes.peer('studio').seen).toEqual([])
      expect(cluster.nodes.outcomes).toEqual(['mini answered'])
    },
  )

  test('may be this one', async () => {
    cluster.nodes.order = ['attic', 'studio']
    cluster.own = () => refusal('engine_failed')
    expect(await jsonOf(cluster.chat('llama'))).toEqual({ by: 'studio' })
    await cluster.live.chat.die()
    expect(await jsonOf(cluster.chat('llama'))).toEqual({ by: 'studio' })
    expect(cluster.nodes.outcomes).toEqual([
      'attic failed',
      'studio answered',
      'attic unreachable',
      'studio answered',
    ])
  })

  test('gives its slot back: what comes later is not held up', async () => {
    cluster.nodes.order = ['attic', 'studio']
    cluster.own = () => refusal('engine_failed')
    await cluster.chat('llama')
    cluster.own = () => Response.json({ by: 'attic' })
    expect(await jsonOf(cluster.chat('llama'))).toEqual({ by: 'attic' })
    const metrics = await (await cluster.live.ask('/metrics')).text()
    expect(metrics).toMatch(/skein_queue_running\{service="router"\} 0/)
  })

  test('is tried no more than twice: then the client gets what the last one said', async () => {
    cluster.nodes.order = ['mini', 'studio', 'attic']
    cluster.nodes.peer('mini').answer = () => refusal('unavailable')
    cluster.nodes.peer('studio').answer = () => refusal('unavailable')
    cluster.own = () => refusal('engine_failed')
    const reply = await cluster.chat('llama')
    expect(reply.status).toBe(500)
    expect(reply.headers.get('x-skein-node')).toBe('attic')
    expect(cluster.nodes.wishes).toHaveLength(3)
  })

  test('whose reply nobody could better is the one that the client gets', async () => {
    cluster.nodes.order = ['mini', 'studio']
    cluster.nodes.peer('mini').answer = () => refusal('queue_full')
    cluster.nodes.peer('studio').answer = unreachable('studio')
    const reply = await cluster.chat('far')
    expect(reply.status).toBe(503)
    expect((await jsonOf(reply)).error.message).toContain("'studio' cannot be reached")
  })

  test('is not left more often than the budget allows', async () => {
    cluster.nodes.order = ['mini', 'studio']
    cluster.nodes.peer('mini').answer = () => refusal('unavailable')
    const states: number[] = []
    for (let at = 0; at < 8; at += 1) states.push((await cluster.chat('far')).status)
    expect(states.filter((status) => status === 200)).toHaveLength(3)
    expect(states.filter((status) => status === 503)).toHaveLength(5)
  })

  test.each([
    ['cannot be reached', () => unreachable('mini')({} as never)],
    ['broke off', () => Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))],
  ])('and %s is left by all that were with it: nothing of them is done there any more', async (_, answer) => {
    cluster.nodes.order = ['mini', 'studio']
    cluster.nodes.peer('mini').answer = answer
    const replies = await Promise.all(Array.from({ length: 40 }, () => cluster.chat('far')))
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
  })

  test('and dies in the middle of a stream ends it in the words of the dialect, naming itself', async () => {
    cluster.nodes.order = ['mini']
    cluster.nodes.peer('mini').answer = () => dyingStream('application/x-ndjson', '{"a":1}\n')
    const reply = await cluster.live.ask('/api/chat', { method: 'POST', body: '{"model":"llama"}' })
    expect(await reply.text()).toBe(
      `{"a":1}\n{"error":"The node 'mini' went away in the middle of its answer."}\n`,
    )
    expect(cluster.nodes.outcomes).toEqual(['mini failed'])
  })
})

const dyingStream = (contentType: string, first: string): Response => {
  let pulls = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulls += 1
      if (pulls === 1) controller.enqueue(new TextEncoder().encode(first))
      else controller.error(new Error('reset'))
    },
  })
  return new Response(body, { headers: { 'content-type': contentType } })
}

describe('a body that streams', () => {
  const upload = (): Promise<Response> =>
    cluster.live.ask('/v1/upload', {
      method: 'POST',
      body: 'y'.repeat(50_000),
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    })

  test('is sent to another node when nothing of it was read', async () => {
    cluster.nodes.order = ['mini', 'studio']
    cluster.nodes.peer('mini').answer = unreachable('mini')
    cluster.nodes.peer('studio').answer = async ({ body }) =>
      Response.json({ length: (await new Response(body as ReadableStream).text()).length })
    expect(await jsonOf(upload())).toEqual({ length: 50_000 })
  })

  test('is not when some of it was', async () => {
    cluster.nodes.order = ['mini', 'studio']
    cluster.nodes.peer('mini').answer = async ({ body }) => {
      await (body as ReadableStream).getReader().read()
      throw new Error('reset')
    }
    expect((await upload()).status).toBe(503)
    expect(cluster.nodes.peer('studio').seen).toEqual([])
  })
})
