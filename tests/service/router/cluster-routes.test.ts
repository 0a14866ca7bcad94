import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { OutboundRequest } from '@service/router/features/forwarding/service-transport.ts'
import { accessKey, TEST_SECRET } from '../../support/access-key-for.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { createMemoryKeyRing } from '../../support/memory-key-ring.ts'
import { createScriptedNodes, unreachable } from '../../support/scripted-nodes.ts'
import type { ScriptedNodes } from '../../support/scripted-nodes.ts'
import { routeEntry } from '../../support/scripted-service.ts'
import { jsonOf } from '../../support/wire-json.ts'

const OWNED = { capability: 'responses', kind: 'owned', bodyLimitBytes: 1000 } as const

let nodes: ScriptedNodes
let live: LiveRouter
/** Ids that this node's own service has. */
let ownIds: string[]
let ownEntries: object[]

const notThere = (): Response => Response.json({ error: 'no' }, { status: 404 })

/** A node that has things with these ids, and says by whom. */
const having =
  (name: string, ...ids: string[]) =>
  ({ method, pathAndQuery }: Pick<OutboundRequest, 'method' | 'pathAndQuery'>): Response =>
    ids.some((id) => pathAndQuery.split(/[/?]/).includes(id))
      ? Response.json({ by: name, method, path: pathAndQuery })
      : notThere()

/** A node that tells these entries in pages of one. */
const listing =
  (entries: readonly { readonly id: string }[]) =>
  ({ pathAndQuery }: Pick<OutboundRequest, 'pathAndQuery'>): Response => {
    const after = new URL(pathAndQuery, 'http://x').searchParams.get('after')
    const start = after === null ? 0 : entries.findIndex(({ id }) => id === after) + 1
    const data = entries.slice(start, start + 1)
    const hasMore = start + 1 < entries.length
    return Response.json({ object: 'list', data, hasMore, nextCursor: hasMore ? data[0]?.id : null })
  }

const answerOwn = (request: Request): Response => {
  const { pathname, search } = new URL(request.url)
  if (pathname === '/models' || pathname === '/v1/models')
    return Response.json({ object: 'list', data: ownEntries })
  if (pathname === '/disk') return Response.json({ by: 'attic', search })
  return having('attic', ...ownIds)({ method: request.method, pathAndQuery: pathname })
}

beforeEach(async () => {
  ownIds = ['here']
  ownEntries = [{ id: 'b' }, { id: 'a', size: 1 }]
  nodes = createScriptedNodes(['llama'], { mini: ['llama'], studio: ['llama'] })
  live = await startLiveRouter({
    cluster: nodes.cluster,
    keys: createMemoryKeyRing([accessKey()]),
    chat: {
      routes: [
        ...['GET', 'DELETE'].map((method) => routeEntry(method, '/v1/responses/:id', OWNED)),
        routeEntry('POST', '/v1/responses/:id/cancel', OWNED),
        routeEntry('POST', '/show', OWNED),
        routeEntry('GET', '/models', {
          kind: 'gathered',
          dialect: 'toolpiper',
          list: { field: 'data', key: 'id', paging: 'toolpiper' },
        }),
        routeEntry('GET', '/v1/models', {
          kind: 'gathered',
          list: { field: 'data', key: 'id', paging: 'anthropic' },
        }),
        routeEntry('GET', '/disk', { kind: 'local' }),
        routeEntry('GET', '/probe', { kind: 'local', scope: 'public' }),
      ],
      answer: answerOwn,
    },
  })
})
afterEach(() => live.close())

describe('what an id names', () => {
  test('is asked for here first', async () => {
    const reply = await live.ask('/v1/responses/here')
    expect(await jsonOf(reply)).toMatchObject({ by: 'attic' })
    expect(reply.headers.get('x-skein-node')).toBe('attic')
    expect(reply.headers.get('x-skein-route')).toBeNull()
    expect(nodes.peer('mini').seen).toEqual([])
  })

  test('is found on the node that has it, and the next time asked for there alone', async () => {
    nodes.peer('mini').answer = having('mini')
    nodes.peer('studio').answer = having('studio', 'r1')
    const reply = await live.ask('/v1/responses/r1?stream=true')
    expect(await jsonOf(reply)).toMatchObject({ by: 'studio', path: '/v1/responses/r1?stream=true' })
    expect(reply.headers.get('x-skein-node')).toBe('studio')
    await live.ask('/v1/responses/r1')
    expect(nodes.peer('mini').seen).toHaveLength(1)
    expect(nodes.peer('studio').seen).toHaveLength(2)
  })

  test('streams from there whole', async () => {
    nodes.peer('mini').answer = having('mini')
    nodes.peer('studio').answer = () =>
      new Response(new Blob(['data: 1\n\n', 'data: 2\n\n']).stream(), {
        headers: { 'content-type': 'text/event-stream' },
      })
    expect(await (await live.ask('/v1/responses/r1')).text()).toBe('data: 1\n\ndata: 2\n\n')
  })

  test('is changed where it can be read', async () => {
    nodes.peer('mini').answer = having('mini')
    nodes.peer('studio').answer = having('studio', 'r1')
    const reply = await live.ask('/v1/responses/r1/cancel', { method: 'POST', body: '{}' })
    expect(await jsonOf(reply)).toEqual({ by: 'studio', method: 'POST', path: '/v1/responses/r1/cancel' })
    expect(nodes.peer('mini').seen).toEqual(['GET /v1/responses/r1'])
    expect(nodes.peer('studio').seen).toEqual(['GET /v1/responses/r1', 'POST /v1/responses/r1/cancel'])
    const gone = await live.ask('/v1/responses/r1', { method: 'DELETE' })
    expect(await jsonOf(gone)).toMatchObject({ by: 'studio', method: 'DELETE' })
  })

  test('in a body is looked for on one node after the other, each of which gets the body', async () => {
    nodes.peer('mini').answer = notThere
    nodes.peer('studio').answer = async ({ body }) => Response.json({ got: await new Response(body).text() })
    const reply = await live.ask('/show', { method: 'POST', body: '{"model":"x"}' })
    expect(await jsonOf(reply)).toEqual({ got: '{"model":"x"}' })
    expect(nodes.peer('mini').seen).toEqual(['POST /show'])
  })

  test('is nowhere when nobody that is up has it, and who could not be asked is named', async () => {
    nodes.peer('mini').answer = unreachable('mini')
    nodes.peer('studio').isUp = false
    const reply = await live.ask('/v1/responses/r1')
    expect(reply.status).toBe(404)
    expect(reply.headers.get('x-skein-nodes-missing')).toBe('studio')
  })

  test('is found elsewhere also while the service of this node is away', async () => {
    await live.chat.die()
    nodes.peer('mini').answer = having('mini', 'r1')
    nodes.peer('studio').answer = notThere
    expect(await jsonOf(live.ask('/v1/responses/r1'))).toMatchObject({ by: 'mini' })
    expect((await live.ask('/v1/responses/r2')).status).toBe(503)
  })

  test('may be a request that waits on another node', async () => {
    nodes.peer('mini').answer = notThere
    nodes.peer('studio').answer = having('studio', 'q1')
    expect(await jsonOf(live.ask('/v1/queue/q1'))).toMatchObject({ by: 'studio' })
    expect((await live.ask('/v1/queue/q2')).status).toBe(404)
  })
})

describe('a list', () => {
  test('is that of all nodes: each entry once, with its nodes, in an order that stays', async () => {
    nodes.peer('mini').answer = listing([{ id: 'c' }, { id: 'a' }, { id: 'd' }])
    nodes.peer('studio').answer = listing([{ id: 'd' }])
    const reply = await live.ask('/models')
    expect(await jsonOf(reply)).toEqual({
      object: 'list',
      data: [
        { id: 'a', size: 1, nodes: ['attic', 'mini'] },
        { id: 'b', nodes: ['attic'] },
        { id: 'c', nodes: ['mini'] },
        { id: 'd', nodes: ['mini', 'studio'] },
      ],
      hasMore: false,
      nextCursor: null,
    })
    expect(reply.headers.get('x-skein-nodes-missing')).toBeNull()
  })

  test('is told in pages of the union', async () => {
    nodes.peer('mini').answer = listing([{ id: 'c' }, { id: 'a' }])
    nodes.peer('studio').answer = listing([{ id: 'd' }])
    const idsOf = (page: { data: { id: string }[] }) => page.data.map(({ id }) => id)
    const first = await jsonOf(live.ask('/models?limit=3'))
    expect(idsOf(first)).toEqual(['a', 'b', 'c'])
    expect(first).toMatchObject({ hasMore: true, nextCursor: 'c' })
    expect(idsOf(await jsonOf(live.ask('/models?limit=3&after=c')))).toEqual(['d'])
    const wrong = await live.ask('/models?limit=x')
    expect(wrong.status).toBe(400)
    expect(await wrong.text()).toContain("'limit'")
  })

  test('has the shape and the failures of Anthropic for its clients', async () => {
    for (const name of ['mini', 'studio']) nodes.peer(name).answer = listing([{ id: 'c' }])
    const headers = { 'anthropic-version': '2023-06-01' }
    const page = await jsonOf(live.ask('/v1/models?limit=1', { headers }))
    expect(page).toMatchObject({ data: [{ id: 'a' }], has_more: true, first_id: 'a', last_id: 'a' })
    const whole = await jsonOf(live.ask('/v1/models?limit=1'))
    expect(whole.data).toHaveLength(3)
    const wrong = await jsonOf(live.ask('/v1/models?limit=0', { headers }))
    expect(wrong).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
  })

  test('lacks what a node that fails, is down, or tells no list would add, and names it', async () => {
    nodes.peer('mini').answer = () => Response.json({ data: 'no list' })
    nodes.peer('studio').isUp = false
    const reply = await live.ask('/models')
    expect((await jsonOf(reply)).data).toHaveLength(2)
    expect(reply.headers.get('x-skein-nodes-missing')).toBe('mini, studio')
  })

  test('does not wait for a node that takes too long', async () => {
    nodes.peer('mini').answer = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    nodes.peer('studio').answer = listing([{ id: 'd' }])
    const reply = await live.ask('/models')
    expect((await jsonOf(reply)).data).toHaveLength(3)
    expect(reply.headers.get('x-skein-nodes-missing')).toBe('mini')
  })

  test('is there without the service of this node, and fails as it does when nobody has one', async () => {
    nodes.peer('mini').answer = listing([{ id: 'c' }])
    nodes.peer('studio').answer = unreachable('studio')
    await live.chat.die()
    const reply = await live.ask('/models')
    expect((await jsonOf(reply)).data).toEqual([{ id: 'c', nodes: ['mini'] }])
    expect(reply.headers.get('x-skein-nodes-missing')).toBe('attic, studio')
    nodes.peer('mini').answer = unreachable('mini')
    expect((await live.ask('/models')).status).toBe(503)
  })

  test('of one node is that of the node alone', async () => {
    nodes.peer('mini').answer = listing([{ id: 'c' }])
    const reply = await live.ask('/models?limit=9&node=mini')
    expect((await jsonOf(reply)).data).toEqual([{ id: 'c' }])
    expect(nodes.peer('mini').seen).toEqual(['GET /models?limit=9'])
    expect((await jsonOf(live.ask('/models?node=attic'))).data).toEqual(ownEntries)
  })

  test('to HEAD has no body', async () => {
    nodes.peer('mini').answer = listing([{ id: 'c' }])
    nodes.peer('studio').answer = listing([])
    const reply = await live.ask('/models', { method: 'HEAD' })
    expect([reply.status, await reply.text()]).toEqual([200, ''])
  })
})

describe('a node that is named', () => {
  test('answers for itself, also what its router answers', async () => {
    nodes.peer('mini').answer = ({ pathAndQuery }) => Response.json({ by: 'mini', pathAndQuery })
    expect(await jsonOf(live.ask('/disk?a=%20b&node=mini&c'))).toEqual({
      by: 'mini',
      pathAndQuery: '/disk?a=%20b&c',
    })
    const reply = await live.ask('/status?node=MINI')
    expect(await jsonOf(reply)).toEqual({ by: 'mini', pathAndQuery: '/status' })
    expect(reply.headers.get('x-skein-node')).toBe('mini')
    expect(await jsonOf(live.ask('/disk?node=attic&a=1'))).toEqual({ by: 'attic', search: '?a=1' })
    expect((await live.ask('/metrics?node=attic&scope=node')).status).toBe(200)
  })

  test('must be there', async () => {
    const reply = await live.ask('/disk?node=cellar')
    expect(reply.status).toBe(404)
    expect((await jsonOf(reply)).error).toMatchObject({
      param: 'node',
      message: "There is no node 'cellar' here. There are: attic, mini, studio.",
    })
  })

  test('must be up, else the trouble is told by its name', async () => {
    nodes.peer('mini').isUp = false
    const reply = await live.ask('/disk?node=mini')
    expect(reply.status).toBe(503)
    expect(reply.headers.get('retry-after')).toBe('5')
    expect((await jsonOf(reply)).error).toMatchObject({ details: { node: 'mini', trouble: 'silent' } })
  })

  test('is not told to strangers, and asked only by those who may', async () => {
    const far = { 'x-forwarded-for': '203.0.113.7' }
    expect((await live.ask('/probe', { headers: far })).status).not.toBe(401)
    const stranger = await live.ask('/probe?node=cellar', { headers: far })
    expect(stranger.status).toBe(401)
    expect(await stranger.text()).not.toContain('mini')
    const withKey = { ...far, authorization: `Bearer ${TEST_SECRET}` }
    expect((await live.ask('/disk?node=cellar', { headers: withKey })).status).toBe(404)
    expect((await live.ask('/disk?node=mini', { headers: far })).status).toBe(401)
    expect(nodes.peer('mini').seen).toEqual([])
  })
})
