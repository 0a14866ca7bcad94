import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openRealCluster } from '../support/cluster-load/real-cluster.ts'
import type { RealCluster } from '../support/cluster-load/real-cluster.ts'
import { runSkeinWith, startRealNode } from '../support/cluster-load/real-node.ts'
import type { RealNode } from '../support/cluster-load/real-node.ts'
import { eventually } from '../support/eventually.ts'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { jsonOf } from '../support/wire-json.ts'
import type { WireJson } from '../support/wire-json.ts'

const LONG = 90_000
const KNOWN = 'known-answer'
const messages = [{ role: 'user', content: 'Hello!' }]
const environment = { SKEIN_LOG_LEVEL: 'warn' }
/** The deep model takes 310 MB at least. */
const SMALL_MEMORY = { ...environment, MODEL_STORE_MEMORY_BYTES: '200000000' }

let cluster: RealCluster
beforeAll(async () => {
  cluster = await openRealCluster([
    { name: 'door', environment },
    { name: 'desk', environment: SMALL_MEMORY, models: { [KNOWN]: 'known-answer', deep: 'random-deep' } },
    { name: 'attic', environment, models: { [KNOWN]: 'known-answer', endless: 'endless' } },
  ])
}, LONG)
afterAll(() => cluster?.stop(), LONG)

const NAMES = ['door', 'desk', 'attic']

const at = (node: string, method: string, path: string, body?: object): Promise<Response> =>
  fetch(cluster.node(node).url + path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

describe('lists of all nodes', () => {
  test.each(NAMES)('are the same union with the names of the nodes, asked at %s', async (name) => {
    const { data } = await jsonOf(at(name, 'GET', '/v1/models'))
    const nodesOf = Object.fromEntries(data.map(({ id, nodes }: WireJson) => [id, nodes.toSorted()]))
    expect(nodesOf).toEqual({ [KNOWN]: ['attic', 'desk'], deep: ['desk'], endless: ['attic'] })
    const { models } = await jsonOf(at(name, 'GET', '/api/tags'))
    expect(
      models.map(({ name: model, nodes }: WireJson) => `${model} ${nodes.toSorted()}`).toSorted(),
    ).toEqual(['deep:latest desk', 'endless:latest attic', `${KNOWN}:latest attic,desk`])
  })

  test.each(NAMES)('are of one node when it is named, asked at %s', async (name) => {
    const { data } = await jsonOf(at(name, 'GET', '/v1/models?node=attic'))
    expect(data.map(({ id }: WireJson) => id).toSorted()).toEqual(['endless', KNOWN])
    const status = await at(name, 'GET', '/status?node=desk')
    expect(status.headers.get('x-skein-node')).toBe('desk')
    expect((await jsonOf(status)).port).toBe(Number(new URL(cluster.node('desk').url).port))
    expect(await (await at(name, 'GET', '/metrics?node=desk')).text()).toContain('skein_build_info')
    const nobody = await at(name, 'GET', '/status?node=cellar')
    expect(nobody.status).toBe(404)
    expect((await jsonOf(nobody)).error.message).toContain("There is no node 'cellar' here")
  })

  test.each(NAMES)('of LocalAI’s peers show the members, asked at %s', async (name) => {
    const { nodes } = await jsonOf(at(name, 'GET', '/api/p2p/federation'))
    expect(nodes.map((node: WireJson) => `${node.name} ${node.isOnline}`).toSorted()).toEqual([
      'attic true',
      'desk true',
      'door true',
    ])
    expect((await jsonOf(at(name, 'GET', '/api/p2p/stats'))).federated).toEqual({ online: 3, total: 3 })
  })
})

describe('a response that one node keeps', () => {
  const store = async (more: object = {}): Promise<WireJson> =>
    jsonOf(at('door', 'POST', '/v1/responses', { model: KNOWN, input: 'Hello!', store: true, ...more }))

  test('is read and followed from every node, and deleted from any', async () => {
    const { id } = await store()
    for (const name of NAMES) {
      const read = await at(name, 'GET', `/v1/responses/${id}`)
      expect([name, read.status, (await jsonOf(read)).id]).toEqual([name, 200, id])
    }
    const owner = (await at('door', 'GET', `/v1/responses/${id}`)).headers.get('x-skein-node')
    for (const name of NAMES) {
      const body = { model: KNOWN, input: 'And now?', previous_response_id: id }
      const next = await at(name, 'POST', '/v1/responses', body)
      expect([name, next.status, next.headers.get('x-skein-node')]).toEqual([name, 200, owner])
      expect((await jsonOf(next)).previous_response_id).toBe(id)
    }
    const other = NAMES.find((name) => name !== owner && name !== 'door') ?? 'door'
    expect(await jsonOf(at(other, 'DELETE', `/v1/responses/${id}`))).toMatchObject({ id, deleted: true })
    for (const name of NAMES) expect((await at(name, 'GET', `/v1/responses/${id}`)).status).toBe(404)
  })

  test('is cancelled from another node while it is written', async () => {
    const { id } = await store({ model: 'endless', background: true, max_output_tokens: 4000 })
    expect(await jsonOf(at('desk', 'POST', `/v1/responses/${id}/cancel`))).toMatchObject({
      id,
      status: 'cancelled',
    })
    await eventually('the engine is idle', async () => {
      const { models } = await cluster.node('attic').ask('GET', '/models/state')
      return models.every(({ activeRequests }: WireJson) => activeRequests === 0)
    })
  })
})

describe('a chat', () => {
  test('tells who answered and why, as the explanation has foretold', async () => {
    const body = { model: 'endless', messages, max_tokens: 3 }
    for (const name of NAMES) {
      const told = await jsonOf(at(name, 'POST', '/v1/route/explain', body))
      expect(told).toMatchObject({ node: 'attic', model: 'endless', candidates: [{ name: 'attic' }] })
      const reply = await at(name, 'POST', '/v1/chat/completions', body)
      expect(reply.headers.get('x-skein-node')).toBe('attic')
      expect(reply.headers.get('x-skein-route')).toMatch(/^best; (cold|warm)(; prefix \d+%)?; 1 candidate$/)
      await reply.text()
    }
  })

  test('for a model that is nowhere is a 404 with what to do, on every node', async () => {
    for (const name of NAMES) {
      const reply = await at(name, 'POST', '/v1/chat/completions', { model: 'nobody', messages })
      expect(reply.status).toBe(404)
      expect((await jsonOf(reply)).error.message).toContain("'skein pull nobody'")
    }
  })

  test(
    'for a model that fits nowhere is a 503 with the reason',
    async () => {
      for (const name of NAMES) {
        const reply = await at(name, 'POST', '/v1/chat/completions', { model: 'deep', messages })
        expect(reply.status).toBe(503)
        expect((await jsonOf(reply)).error.message).toMatch(
          /deep needs 0\.\d+ GB; desk may use 0\.20 GB in all/,
        )
      }
    },
    LONG,
  )

  test('can be looked up in the queue of the node where it runs, from every other', async () => {
    const left = new AbortController()
    const id = `looked-up-${process.pid}`
    const body = { model: 'endless', messages, stream: true, max_tokens: 4000 }
    const reply = await fetch(`${cluster.node('door').url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'x-request-id': id },
      body: JSON.stringify(body),
      signal: left.signal,
    })
    const reader = reply.body?.getReader()
    await reader?.read()
    for (const name of NAMES) {
      const found = await at(name, 'GET', `/v1/queue/${id}`)
      expect([name, found.status]).toEqual([name, 200])
    }
    left.abort()
    await eventually('it is gone', async () => (await at('desk', 'GET', `/v1/queue/${id}`)).status === 404)
  })

  test('over a WebSocket reaches a model that only another node has', async () => {
    const url = `${cluster.node('door').url.replace('http', 'ws')}/v1/responses`
    const socket = new WebSocket(url)
    const { promise, reject, resolve } = Promise.withResolvers<WireJson>()
    socket.addEventListener('open', () =>
      socket.send(
        JSON.stringify({ type: 'response.create', model: 'endless', input: 'Go!', max_output_tokens: 3 }),
      ),
    )
    socket.addEventListener('message', ({ data }) => {
      const event = JSON.parse(String(data))
      if (['response.completed', 'response.incomplete', 'error'].includes(event.type)) resolve(event)
    })
    socket.addEventListener('close', ({ code, reason }) => reject(new Error(`${code} ${reason}`)))
    expect((await promise).response?.model).toBe('endless')
    socket.close()
  })
})

describe('a machine that one node was told of', () => {
  let outside: RealNode
  beforeAll(async () => {
    outside = await startRealNode({ name: 'outside', environment, models: { studio: 'known-answer' } })
  }, LONG)
  afterAll(() => outside?.stop(), LONG)

  test(
    'answers chats that come in at any other node',
    async () => {
      const { environment: ofDesk } = cluster.node('desk')
      await runSkeinWith(ofDesk, ['external', 'add', outside.url, '--name', 'outside', '--model', 'studio'])
      for (const name of NAMES) {
        const ask = () => at(name, 'POST', '/v1/chat/completions', { model: 'studio', messages })
        await eventually(`${name} knows its model`, async () => (await ask()).status === 200)
        const reply = await ask()
        expect(reply.headers.get('x-skein-node')).toBe('desk')
        expect((await jsonOf(reply)).choices[0].message.content).toBe(KNOWN_ANSWER)
      }
    },
    LONG,
  )
})
