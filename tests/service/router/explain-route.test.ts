import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { createScriptedNodes, nodeIdFor, nodeModel } from '../../support/scripted-nodes.ts'
import type { ScriptedNodes } from '../../support/scripted-nodes.ts'
import { routeEntry } from '../../support/scripted-service.ts'
import { jsonOf } from '../../support/wire-json.ts'

let nodes: ScriptedNodes
let live: LiveRouter
beforeAll(async () => {
  nodes = createScriptedNodes(['llama'], { mini: ['llama', 'far'], studio: [] })
  live = await startLiveRouter({
    cluster: nodes.cluster,
    chat: {
      routes: [
        routeEntry('POST', '/v1/chat/completions', { capability: 'chat', admission: 'engine' }),
        routeEntry('POST', '/v1/upload', { capability: 'speech' }),
        routeEntry('GET', '/v1/models', { kind: 'gathered' }),
        routeEntry('POST', '/v1/responses/:id/cancel', { kind: 'owned' }),
      ],
    },
  })
})
afterAll(() => live.close())
beforeEach(() =>
  Object.assign(nodes.peer('mini'), { isUp: true, models: [nodeModel('llama'), nodeModel('far')] }),
)

const explain = (body: unknown, query = ''): Promise<Response> =>
  live.ask(`/v1/route/explain${query}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

test('it says where a request would go and why, and sends nothing', async () => {
  nodes.order = ['mini', 'attic']
  const reply = await explain({ model: 'LLAMA', max_tokens: 7, messages: [] })
  expect(reply.status).toBe(200)
  expect(await jsonOf(reply)).toMatchObject({
    object: 'route.explanation',
    path: '/v1/chat/completions',
    model: 'llama',
    policy: 'best',
    node: 'mini',
    summary: 'best; warm; 2 candidates',
    promptTokens: 12,
    answerTokens: 7,
    candidates: [
      { name: 'mini', nodeId: nodeIdFor('mini'), score: 1, cost: { networkMs: 1, queueMs: 0 } },
      { name: 'attic' },
    ],
    rejections: [{ name: 'studio', reason: 'no-model', message: 'studio does not have the model.' }],
    dependsOn: [],
  })
  expect(live.chat.seen).toEqual([])
  expect(nodes.peer('mini').seen).toEqual([])
  expect(nodes.wishes).toEqual([])
})

test('where nobody can it says so, in an answer and not in a failure', async () => {
  const { decide } = nodes.cluster.placer
  const down: typeof decide = (wish) => {
    nodes.peer('mini').isUp = false
    return decide(wish)
  }
  Object.assign(nodes.cluster.placer, { decide: down })
  const answer = await jsonOf(explain({ model: 'far' }))
  Object.assign(nodes.cluster.placer, { decide })
  expect(answer).toMatchObject({ node: null, candidates: [] })
  expect(answer.summary).toBe("No node can answer with 'far' now: mini is down.")
})

test('routes without a model in their body are explained by what they need', async () => {
  const answer = await jsonOf(explain('not JSON at all', '?path=/v1/upload'))
  expect(answer).toMatchObject({ model: null, capability: 'speech' })
})

test('a request that goes on from another depends on where that one is', async () => {
  const answer = await jsonOf(explain({ model: 'llama', previous_response_id: 'r1' }))
  expect(answer.dependsOn).toEqual(['previous_response_id'])
})

test.each([
  ['?path=/v1/none', {}, 'path'],
  ['?path=/v1/models', {}, 'path'],
  ['?path=/v1/responses/x/cancel', {}, 'path'],
  ['?path=', {}, 'path'],
  ['?policy=fastest', { model: 'llama' }, 'policy'],
  ['', { model: 5 }, 'model'],
])('%s with the body %p is refused, naming what is wrong', async (query, body, param) => {
  const reply = await explain(body, query)
  expect(reply.status).toBe(400)
  expect((await jsonOf(reply)).error).toMatchObject({ code: 'invalid_request', param })
})

test('a body that is no JSON, and a model that is nowhere, fail as in the request itself', async () => {
  expect((await explain('{')).status).toBe(400)
  expect((await explain('')).status).toBe(400)
  expect((await explain('['.repeat(100_000))).status).toBe(400)
  expect((await explain({ model: 'none' })).status).toBe(404)
})

test('it is documented', async () => {
  const document = await jsonOf(live.ask('/v1/openapi.json'))
  const { post } = document.paths['/v1/route/explain']
  expect(post.summary).toContain('Which node')
  expect(post.parameters.map(({ name }: { name: string }) => name)).toEqual(['path', 'policy'])
})
