import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { ClusterNode, ClusterView } from '@service/router/features/cluster/cluster-view.ts'
import { ClusterPlacer } from '@service/router/features/placement/cluster-placer.ts'
import { createPromptPrefix } from '@service/router/features/placement/prompt-prefix.ts'
import { eventually } from '../../support/eventually.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { openNearNode } from '../../support/near-node.ts'
import type { NearNode } from '../../support/near-node.ts'
import { startPeerNode } from '../../support/peer-node.ts'
import type { PeerNode } from '../../support/peer-node.ts'
import { nodeModel } from '../../support/scripted-nodes.ts'
import { routeEntry } from '../../support/scripted-service.ts'
import { jsonOf } from '../../support/wire-json.ts'

// The way to another node with nothing scripted but the engines: HTTPS, the door for nodes, the placer.

const ROUTES = [
  routeEntry('POST', '/v1/chat/completions', { capability: 'chat', admission: 'engine' }),
  routeEntry('POST', '/v1/messages', { capability: 'chat', dialect: 'anthropic', admission: 'engine' }),
  routeEntry('GET', '/v1/responses/:id', { capability: 'responses', kind: 'owned', bodyLimitBytes: 0 }),
  routeEntry('GET', '/v1/models', {
    kind: 'gathered',
    list: { field: 'data', key: 'id', paging: 'anthropic' },
  }),
  routeEntry('GET', '/disk', { kind: 'local' }),
  routeEntry('WS', '/v1/responses', { capability: 'chat' }),
]

const BASE = { isDraining: false, budgetBytes: 1e9, heldBytes: 0, lanes: [], warm: [] }

const nodeOf = (nodeId: ClusterNode['nodeId'], name: string, models: readonly string[]): ClusterNode => ({
  nodeId,
  name,
  isSelf: name === 'attic',
  link: name === 'attic' ? 'self' : 'up',
  trouble: undefined,
  rttMs: 0.2,
  lastSeenAt: undefined,
  clockSkewMs: 0,
  topics: {
    models: models.map((id) => nodeModel(id)),
    load: BASE,
    services: [{ name: 'chat', state: 'up', version: null, capabilities: ['chat', 'responses'] }],
  },
})

const viewOf = (nodes: readonly [ClusterNode, ...ClusterNode[]]): ClusterView => ({
  clusterId: 'test',
  self: nodes[0],
  nodes,
  find: (nodeId) => nodes.find((node) => node.nodeId === nodeId),
  named: (text) => nodes.find(({ name }) => name === text),
  onChange: () => () => undefined,
})

const clock = {
  now: () => performance.now(),
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/** What the service of the far node does. */
const answerFar = async (request: Request): Promise<Response> => {
  const { pathname } = new URL(request.url)
  if (pathname === '/v1/messages') {
    const first = new TextEncoder().encode('event: ping\ndata: {"type": "ping"}\n\n')
    const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(first) })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
  if (pathname === '/v1/models')
    return Response.json({ object: 'list', data: [{ id: 'far' }, { id: 'both' }] })
  if (pathname === '/v1/responses/gone') return new Response(null, { status: 404 })
  return Response.json({ by: 'mini', headers: request.headers.toJSON(), body: await request.text() })
}

let far: PeerNode
let near: NearNode
let live: LiveRouter
beforeEach(async () => {
  far = await startPeerNode({
    chat: {
      routes: ROUTES,
      answer(request, server) {
        if (server.upgrade(request, { data: undefined })) return new Response(null)
        return answerFar(request)
      },
      websocket: {
        open: (socket) => void socket.send('mini'),
        message: (socket, message) => void socket.send(message),
      },
    },
  })
  near = await openNearNode()
  near.meet(far)
  const view = viewOf([
    nodeOf(near.nodeId, 'attic', ['own']),
    nodeOf(far.identity.nodeId, 'mini', ['llama', 'ghost']),
  ])
  const placer = new ClusterPlacer({
    view,
    policy: 'best',
    ownTopics: () => ({}),
    random: () => 0,
    sayPrefixes: () => undefined,
    clock,
  })
  live = await startLiveRouter({
    models: [],
    cluster: { view, placer, peers: near.transport, prefixOf: createPromptPrefix() },
    chat: {
      routes: ROUTES,
      answer: ({ url }) =>
        url.includes('/v1/models')
          ? Response.json({ object: 'list', data: [{ id: 'both' }] })
          : Response.json({ error: 'not here' }, { status: 404 }),
    },
  })
})
afterEach(async () => {
  await live.close()
  await far.close()
  near.close()
})

const chat = (model: string, headers: Record<string, string> = {}): Promise<Response> =>
  live.ask('/v1/chat/completions', {
    method: 'POST',
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello '.repeat(200) }] }),
    headers,
  })

describe('a request for a model of another node', () => {
  test('is worked on there, in its queue, on the account of its caller', async () => {
    const reply = await chat('llama', { authorization: 'Bearer sk-secret', 'x-request-id': 'mine' })
    expect(reply.status).toBe(200)
    expect(reply.headers.get('x-skein-node')).toBe('mini')
    expect(reply.headers.get('x-skein-route')).toBe('best; cold; 1 candidate')
    expect(reply.headers.get('x-skein-queue-ms')).not.toBeNull()
    expect(reply.headers.get('x-request-id')).toBe('mine')
    const { headers } = await jsonOf(reply)
    expect(headers).toMatchObject({
      'x-skein-model': 'llama',
      'x-skein-caller': 'local',
      'x-request-id': 'mine',
    })
    expect(headers).not.toHaveProperty('authorization')
    await eventually('the far node has ended the visit', () => far.visits.length === 1)
    expect(far.visits[0]).toMatchObject({ model: 'llama', status: 200 })
  })

  test('finds its prompt there the next time', async () => {
    await (await chat('llama')).text()
    expect((await chat('llama')).headers.get('x-skein-route')).toMatch(
      /^best; cold; prefix \d+%; 1 candidate$/,
    )
  })

  test('which that node does not have any more is its 404, for there is no other', async () => {
    const reply = await chat('ghost')
    expect(reply.status).toBe(404)
    expect(reply.headers.get('x-skein-fault')).toBe('model_not_found')
  })

  test('is refused with the reason while that node drains', async () => {
    far.isDraining = true
    const reply = await chat('llama')
    expect(reply.status).toBe(503)
    expect(reply.headers.get('x-skein-node')).toBe('mini')
  })

  test('is refused with the name of the node when that is gone', async () => {
    await far.die()
    const reply = await chat('llama')
    expect(reply.status).toBe(503)
    expect((await jsonOf(reply)).error.message).toContain("'mini' cannot be reached")
  })

  test('ends in words of its dialect when the node is lost in the middle of the answer', async () => {
    const reply = await live.ask('/v1/messages', { method: 'POST', body: '{"model":"llama","stream":true}' })
    const reader = reply.body!.getReader()
    const decoder = new TextDecoder()
    expect(decoder.decode((await reader.read()).value)).toContain('ping')
    near.declareDown(far.identity.nodeId)
    const last = decoder.decode((await reader.read()).value)
    expect(last).toContain('event: error')
    expect(last).toContain("The node 'mini' went away in the middle of its answer.")
    expect((await reader.read()).done).toBe(true)
  })

  test('ends there when its client leaves', async () => {
    const left = new AbortController()
    const reply = await live.ask('/v1/messages', {
      method: 'POST',
      body: '{"model":"llama","stream":true}',
      signal: left.signal,
    })
    const reader = reply.body!.getReader()
    await reader.read()
    left.abort()
    await reader.read().catch(() => undefined)
    await eventually('the far node has ended the visit', () => far.visits.length === 1)
  })
})

test('what an id names, a list, and a node by its name are found there too', async () => {
  expect(await jsonOf(live.ask('/v1/responses/r1'))).toMatchObject({ by: 'mini' })
  expect((await live.ask('/v1/responses/gone')).status).toBe(404)
  expect((await jsonOf(live.ask('/v1/models'))).data).toEqual([
    { id: 'both', nodes: ['attic', 'mini'] },
    { id: 'far', nodes: ['mini'] },
  ])
  expect(await jsonOf(live.ask('/disk?node=mini'))).toMatchObject({ by: 'mini' })
})

test('a WebSocket goes there and its messages come back', async () => {
  const { promise, resolve } = Promise.withResolvers<string[]>()
  const got: string[] = []
  const socket = new WebSocket(`${live.url.replace('http', 'ws')}/v1/responses`)
  socket.addEventListener('message', ({ data }) => {
    got.push(String(data))
    if (got.length === 1) socket.send('and back')
    else socket.close()
  })
  socket.addEventListener('close', () => resolve(got))
  expect(await promise).toEqual(['mini', 'and back'])
})
