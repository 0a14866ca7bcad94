import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { faultResponse } from '@shared/http/fault-response.ts'
import { eventually } from '../../support/eventually.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { createScriptedNodes, nodeIdFor, nodeModel, unreachable } from '../../support/scripted-nodes.ts'
import type { ScriptedNodes } from '../../support/scripted-nodes.ts'
import { routeEntry } from '../../support/scripted-service.ts'
import { jsonOf } from '../../support/wire-json.ts'

const OWNED = { capability: 'responses', kind: 'owned', bodyLimitBytes: 0 } as const

let nodes: ScriptedNodes
let live: LiveRouter
/** What this node's own service does. */
let own: (request: Request) => Response | Promise<Response>

beforeEach(async () => {
  own = () => Response.json({ by: 'attic' })
  nodes = createScriptedNodes(['llama'], { mini: ['llama', 'far'], studio: ['llama', 'far'] })
  live = await startLiveRouter({
    models: ['llama'],
    cluster: nodes.cluster,
    chat: {
      slotsPerModel: 1,
      routes: [
        routeEntry('POST', '/v1/chat/completions', { capability: 'chat', admission: 'engine' }),
        routeEntry('POST', '/api/chat', { capability: 'chat', admission: 'engine' }),
        routeEntry('POST', '/v1/responses', { capability: 'chat', admission: 'engine' }),
        routeEntry('GET', '/v1/responses/:id', OWNED),
        routeEntry('POST', '/v1/upload', { capability: 'speech' }),
      ],
      answer: (request) => own(request),
    },
  })
})
afterEach(() => live.close())

const chat = (model: string | undefined, init: RequestInit = {}): Promise<Response> =>
  live.ask('/v1/chat/completions', {
    method: 'POST',
    body: JSON.stringify({ ...(model === undefined ? {} : { model }), messages: [] }),
    ...init,
  })

/** A failure as the router of another node writes it. */
const refusal = (code: ConstructorParameters<typeof Fault>[0]): Response =>
  faultResponse(new Fault(code, 'said by the far node'), { error: { code } })

describe('the node that is chosen', () => {
  test('answers, and is named with the reason', async () => {
    nodes.order = ['mini']
    const reply = await chat('llama')
    expect(await jsonOf(reply)).toEqual({ by: 'mini' })
    expect(reply.headers.get('x-skein-node')).toBe('mini')
    expect(reply.headers.get('x-skein-route')).toBe('best; warm; 3 candidates')
    expect(nodes.peer('mini').seen).toEqual(['POST /v1/chat/completions'])
    expect(live.chat.seen).toEqual([])
    expect(nodes.outcomes).toEqual(['mini answered'])
  })

  test('may be this one, which works as if it were alone', async () => {
    nodes.order = ['attic']
    const reply = await chat('llama')
    expect(await jsonOf(reply)).toEqual({ by: 'attic' })
    expect(reply.headers.get('x-skein-node')).toBe('attic')
    expect(reply.headers.get('x-skein-queue-ms')).not.toBeNull()
  })

  test('is told the model, the account and the visit, and no secret of the client', async () => {
    nodes.order = ['studio']
    await chat('LLAMA', {
      headers: { authorization: 'Bearer k', cookie: 'a=b', 'x-api-key': 'k', 'x-skein-model': 'forged' },
    })
    const [request] = nodes.peer('studio').requests
    const headers = request!.headers.toJSON()
    expect(headers).toMatchObject({ 'x-skein-model': 'llama', 'x-skein-caller': 'local' })
    expect(headers).toMatchObject({ 'x-skein-class': 'interactive' })
    expect(Object.keys(headers)).toContain('x-skein-visit')
    for (const secret of ['authorization', 'cookie', 'x-api-key']) expect(headers).not.toHaveProperty(secret)
    expect(new TextDecoder().decode(request!.body as Uint8Array)).toBe('{"model":"LLAMA","messages":[]}')
  })

  test('is one that has the model, though this one does not', async () => {
    expect(await jsonOf(chat('far'))).toEqual({ by: 'mini' })
    expect(nodes.wishes[0]).toMatchObject({ model: 'far', capability: 'chat', onlyNode: undefined })
  })

  test('is sent what it is to answer at once: the queue is there, not here', async () => {
    nodes.order = ['mini', 'studio']
    const gate = Promise.withResolvers<void>()
    nodes.peer('mini').answer = async () => {
      await gate.promise
      return Response.json({ by: 'mini' })
    }
    const replies = [chat('llama'), chat('llama'), chat('llama')]
    await eventually('all three are with mini', () => nodes.peer('mini').seen.length === 3)
    gate.resolve()
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200, 200])
  })
})

describe('a model', () => {
  test('that is nowhere is a 404 that says how to get it', async () => {
    const reply = await chat('nothing')
    expect(reply.status).toBe(404)
    const { error } = await jsonOf(reply)
    expect(error).toMatchObject({ code: 'model_not_found', param: 'model' })
    expect(error.message).toContain('skein pull nothing')
  })

  test('that is on a node which is down is said to be there', async () => {
    Object.assign(nodes.peer('studio'), { models: [nodeModel('away')], isUp: false })
    const { error } = await jsonOf(chat('away'))
    expect(error.message).toContain("It is on 'studio', which is down since 2026-11-21T12:00:00.000Z")
  })

  test('that is broken wherever it is, is the fault of the model', async () => {
    for (const name of ['mini', 'studio'])
      nodes.peer(name).models = [nodeModel('far', { defect: 'truncated' })]
    const reply = await chat('far')
    expect(reply.status).toBe(422)
    expect((await jsonOf(reply)).error.message).toBe(
      "The model 'far' cannot be used: mini has a broken file of the model, studio has a broken file of the model.",
    )
  })

  test('whose nodes all went down in this moment is a 503 with the reason of each', async () => {
    const { decide } = nodes.cluster.placer
    Object.assign(nodes.cluster.placer, {
      decide: (wish: Parameters<typeof decide>[0]) => {
        nodes.peer('mini').isUp = false
        nodes.peer('studio').isUp = false
        return decide(wish)
      },
    })
    const reply = await chat('far')
    expect(reply.status).toBe(503)
    expect(reply.headers.get('retry-after')).toBe('2')
    expect((await jsonOf(reply)).error.message).toBe(
      "No node can answer with 'far' now: mini is down, studio is down.",
    )
  })
})

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
    nodes.order = ['mini', 'studio']
    nodes.peer('mini').answer = answer
    const reply = await chat('llama')
    expect(await jsonOf(reply)).toEqual({ by: 'studio' })
    expect(reply.headers.get('x-skein-node')).toBe('studio')
    expect(reply.headers.get('x-skein-route')).toBe(`best; warm; 2 candidates; retried from mini (${reason})`)
  })

  test.each(['invalid_request', 'rate_limited', 'not_found', 'model_not_loadable', 'internal'] as const)(
    'is believed when it says %s',
    async (code) => {
      nodes.order = ['mini', 'studio']
      nodes.peer('mini').answer = () => refusal(code)
      const reply = await chat('llama')
      expect(await jsonOf(reply)).toEqual({ error: { code } })
      expect(nodes.peer('studio').seen).toEqual([])
      expect(nodes.outcomes).toEqual(['mini answered'])
    },
  )

  test('may be this one', async () => {
    nodes.order = ['attic', 'studio']
    own = () => refusal('engine_failed')
    expect(await jsonOf(chat('llama'))).toEqual({ by: 'studio' })
    await live.chat.die()
    expect(await jsonOf(chat('llama'))).toEqual({ by: 'studio' })
    expect(nodes.outcomes).toEqual([
      'attic failed',
      'studio answered',
      'attic unreachable',
      'studio answered',
    ])
  })

  test('gives its slot back: what comes later is not held up', async () => {
    nodes.order = ['attic', 'studio']
    own = () => refusal('engine_failed')
    await chat('llama')
    own = () => Response.json({ by: 'attic' })
    expect(await jsonOf(chat('llama'))).toEqual({ by: 'attic' })
    const metrics = await (await live.ask('/metrics')).text()
    expect(metrics).toMatch(/skein_queue_running\{service="router"\} 0/)
  })

  test('is tried no more than twice: then the client gets what the last one said', async () => {
    nodes.order = ['mini', 'studio', 'attic']
    nodes.peer('mini').answer = () => refusal('unavailable')
    nodes.peer('studio').answer = () => refusal('unavailable')
    own = () => refusal('engine_failed')
    const reply = await chat('llama')
    expect(reply.status).toBe(500)
    expect(reply.headers.get('x-skein-node')).toBe('attic')
    expect(nodes.wishes).toHaveLength(3)
  })

  test('whose reply nobody could better is the one that the client gets', async () => {
    nodes.order = ['mini', 'studio']
    nodes.peer('mini').answer = () => refusal('queue_full')
    nodes.peer('studio').answer = unreachable('studio')
    const reply = await chat('far')
    expect(reply.status).toBe(503)
    expect((await jsonOf(reply)).error.message).toContain("'studio' cannot be reached")
  })

  test('is not left more often than the budget allows', async () => {
    nodes.order = ['mini', 'studio']
    nodes.peer('mini').answer = () => refusal('unavailable')
    const states: number[] = []
    for (let at = 0; at < 8; at += 1) states.push((await chat('far')).status)
    expect(states.filter((status) => status === 200)).toHaveLength(3)
    expect(states.filter((status) => status === 503)).toHaveLength(5)
  })

  test('and dies in the middle of a stream ends it in the words of the dialect, naming itself', async () => {
    nodes.order = ['mini']
    nodes.peer('mini').answer = () => dyingStream('application/x-ndjson', '{"a":1}\n')
    const reply = await live.ask('/api/chat', { method: 'POST', body: '{"model":"llama"}' })
    expect(await reply.text()).toBe(
      `{"a":1}\n{"error":"The node 'mini' went away in the middle of its answer."}\n`,
    )
    expect(nodes.outcomes).toEqual(['mini failed'])
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
    live.ask('/v1/upload', {
      method: 'POST',
      body: 'y'.repeat(50_000),
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    })

  test('is sent to another node when nothing of it was read', async () => {
    nodes.order = ['mini', 'studio']
    nodes.peer('mini').answer = unreachable('mini')
    nodes.peer('studio').answer = async ({ body }) =>
      Response.json({ length: (await new Response(body as ReadableStream).text()).length })
    expect(await jsonOf(upload())).toEqual({ length: 50_000 })
  })

  test('is not when some of it was', async () => {
    nodes.order = ['mini', 'studio']
    nodes.peer('mini').answer = async ({ body }) => {
      await (body as ReadableStream).getReader().read()
      throw new Error('reset')
    }
    expect((await upload()).status).toBe(503)
    expect(nodes.peer('studio').seen).toEqual([])
  })
})

describe('a response that goes on from an earlier one', () => {
  const goOn = (id: string): Promise<Response> =>
    live.ask('/v1/responses', {
      method: 'POST',
      body: JSON.stringify({ model: 'llama', input: 'x', previous_response_id: id }),
    })

  test('goes to the node that has that one', async () => {
    own = () => refusal('not_found')
    nodes.order = ['mini']
    nodes.peer('mini').answer = () => refusal('not_found')
    expect(await jsonOf(goOn('resp_1'))).toEqual({ by: 'studio' })
    expect(nodes.wishes[0]?.onlyNode).toBe(nodeIdFor('studio'))
    expect(nodes.peer('studio').seen).toEqual(['GET /v1/responses/resp_1', 'POST /v1/responses'])
  })

  test('stays here when it is here', async () => {
    nodes.order = ['mini']
    expect(await jsonOf(goOn('resp_1'))).toEqual({ by: 'attic' })
    expect(nodes.peer('mini').seen).toEqual([])
  })
})

test('choices, rejections and retries are counted', async () => {
  nodes.order = ['mini', 'studio']
  nodes.peer('mini').answer = unreachable('mini')
  await chat('far')
  const metrics = await (await live.ask('/metrics')).text()
  for (const [labels, name] of [
    ['policy="best",node="mini",reason="warm"', 'decisions'],
    ['policy="best",node="studio",reason="retried"', 'decisions'],
    ['reason="no-model"', 'rejections'],
    ['reason="unreachable"', 'retries'],
  ])
    expect(metrics).toContain(`skein_placement_${name}_total{service="router",${labels}} 1`)
})
