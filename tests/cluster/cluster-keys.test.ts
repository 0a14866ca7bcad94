import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { RouteScope } from '@shared/contracts/route-manifest.ts'
import {
  EVERYWHERE_WITHIN_MS,
  allAnswer,
  bearer,
  makeKey,
  statusesOf,
} from '../support/cluster-load/key-book.ts'
import type { MadeKey } from '../support/cluster-load/key-book.ts'
import { LOAD_DIALECTS } from '../support/cluster-load/load-dialect.ts'
import { openRealCluster } from '../support/cluster-load/real-cluster.ts'
import type { RealCluster } from '../support/cluster-load/real-cluster.ts'
import { runSkeinWith } from '../support/cluster-load/real-node.ts'
import type { RealNode } from '../support/cluster-load/real-node.ts'
import { eventually } from '../support/eventually.ts'
import { connectRaw } from '../support/raw-connection.ts'
import { jsonOf } from '../support/wire-json.ts'
import { askRoute, manifestsOf } from './walk-doors.ts'

const LONG = 120_000
/** Every node asks callers on its own machine for a key as well. */
const environment = { ROUTER_REQUIRE_KEY: 'true', SKEIN_LOG_LEVEL: 'warn', CHAT_SLOTS: '9' }

let cluster: RealCluster
let one: RealNode
let two: RealNode
let three: RealNode
beforeAll(async () => {
  cluster = await openRealCluster([
    { name: 'one', environment },
    { name: 'two', environment, models: { 'known-answer': 'known-answer', endless: 'endless' } },
    { name: 'three', environment, models: { endless: 'endless' } },
  ])
  one = cluster.node('one')
  two = cluster.node('two')
  three = cluster.node('three')
}, LONG)
afterAll(() => cluster?.stop(), LONG)

const chatAt = (
  node: RealNode,
  key: MadeKey,
  body: object,
  path = '/v1/chat/completions',
): Promise<Response> =>
  fetch(node.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(key) },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello!' }], ...body }),
  })

/** These would end the cluster under test; that they are let in is shown by the table of one node. */
const NOT_ASKED_BY_ADMIN = ['/v1/cluster/leave']

type Outcome = 401 | 403 | 'let in'

const expectedOf = (held: RouteScope, scope: RouteScope): Outcome =>
  scope === 'public' || held === 'admin' || held === scope ? 'let in' : 403

const seenAs = (status: number): Outcome => (status === 401 || status === 403 ? status : 'let in')

describe('a key', () => {
  test(
    'may on every node what its scope allows, and no more, wherever it was made',
    async () => {
      const SCOPES = ['inference', 'manage', 'metrics', 'admin'] as const
      const keys = new Map<RouteScope, MadeKey>()
      for (const [at, scope] of SCOPES.entries())
        keys.set(scope, await makeKey(cluster.nodes[at % 3] ?? one, { scopes: [scope] }))
      for (const key of keys.values())
        await eventually(
          'all nodes know the key',
          async () => !(await statusesOf(cluster.nodes, key)).includes(401),
        )
      const expected: string[] = []
      const seen: string[] = []
      for (const node of cluster.nodes) {
        const routes = await manifestsOf(join(node.home, 'run'))
        expect(routes.length).toBeGreaterThan(60)
        for (const { method, path, scope } of routes) {
          const row = `${node.name}: ${method} ${path}`
          const asked = [...keys].filter(([held]) => held !== 'admin' || !NOT_ASKED_BY_ADMIN.includes(path))
          const told = await Promise.all(
            asked.map(
              async ([held, key]) =>
                `${held} ${seenAs(await askRoute(node.url, { method, path, scope }, bearer(key)))}`,
            ),
          )
          seen.push(`${row}: ${told.join(', ')}`)
          expected.push(`${row}: ${asked.map(([held]) => `${held} ${expectedOf(held, scope)}`).join(', ')}`)
        }
      }
      expect(seen).toEqual(expected)
    },
    LONG,
  )

  test('is refused on every node when it is wrong, expired or revoked, and so is who has none', async () => {
    const expiresAt = new Date(Date.now() + 1500).toISOString()
    const expiring = await makeKey(two, { scopes: ['admin'], expiresAt })
    const revoked = await makeKey(three, { scopes: ['admin'] })
    await allAnswer(cluster.nodes, expiring, 200)
    await allAnswer(cluster.nodes, revoked, 200)
    await one.ask('DELETE', `/v1/tokens/${revoked.id}`)
    await allAnswer(cluster.nodes, revoked, 401)
    await allAnswer(cluster.nodes, expiring, 401)
    expect(await statusesOf(cluster.nodes, { secret: `sk-skein-${'0'.repeat(64)}` })).toEqual([401, 401, 401])
    const bare = await Promise.all(cluster.nodes.map(({ url }) => fetch(`${url}/v1/models`)))
    expect(bare.map(({ status }) => status)).toEqual([401, 401, 401])
  })

  test('is bound to its model and to its route on every node, also on one that does not have the model', async () => {
    const ofModel = await makeKey(one, { scopes: ['inference'], models: ['known-answer'] })
    const ofRoute = await makeKey(three, { scopes: ['inference'], routes: ['/v1/models'] })
    await allAnswer(cluster.nodes, ofModel, 200)
    await allAnswer(cluster.nodes, ofRoute, 200)
    const short = { max_tokens: 2 }
    for (const node of cluster.nodes) {
      expect((await chatAt(node, ofModel, { ...short, model: 'known-answer' })).status).toBe(200)
      expect((await chatAt(node, ofModel, { ...short, model: 'endless' })).status).toBe(403)
      expect((await chatAt(node, ofRoute, { ...short, model: 'known-answer' })).status).toBe(403)
    }
  })

  test('that is revoked ends its open streams on all nodes within two seconds, in words of their dialect', async () => {
    const key = await makeKey(two, { scopes: ['inference'] })
    await allAnswer(cluster.nodes, key, 200)
    const streams = await Promise.all(
      cluster.nodes.flatMap((node) =>
        LOAD_DIALECTS.map(async (dialect) => {
          const wish = { model: 'endless', isStream: true, maxTokens: 4000, text: 'Count!' }
          const reply = await chatAt(node, key, dialect.body(wish), dialect.path)
          expect(reply.status).toBe(200)
          return { dialect, text: reply.text() }
        }),
      ),
    )
    await three.ask('DELETE', `/v1/tokens/${key.id}`)
    const revokedAt = performance.now()
    const ends = await Promise.all(streams.map(async ({ dialect, text }) => dialect.endOf(await text, true)))
    expect(performance.now() - revokedAt).toBeLessThan(EVERYWHERE_WITHIN_MS)
    expect(ends).toEqual(streams.map(() => 'failed'))
  })

  test('has one budget for all nodes: what is spent through one is missing at the others, in each dialect', async () => {
    const key = await makeKey(one, { scopes: ['inference'], tokenBudget: { tokens: 5, period: 'total' } })
    await allAnswer(cluster.nodes, key, 200)
    expect((await chatAt(two, key, { model: 'known-answer', max_tokens: 8 })).status).toBe(200)
    for (const node of cluster.nodes)
      for (const dialect of LOAD_DIALECTS) {
        const wish = { model: 'known-answer', isStream: false, maxTokens: 8, text: 'Hello!' }
        const ask = () => chatAt(node, key, dialect.body(wish), dialect.path)
        await eventually(
          'the budget is spent',
          async () => (await ask()).status === 429,
          EVERYWHERE_WITHIN_MS,
        )
        const body = await jsonOf(ask())
        expect([dialect.name, dialect.isFault(body)]).toEqual([dialect.name, true])
        expect(JSON.stringify(body)).toContain('5 tokens, is spent')
      }
  })

  test('has a rate that every node holds it to, in the words of the dialect', async () => {
    const key = await makeKey(three, { scopes: ['inference'], requestsPerMinute: 1 })
    await eventually('all have heard of it', async () =>
      (await Promise.all(cluster.nodes.map((node) => node.ask('GET', '/v1/tokens')))).every(({ data }) =>
        data.some(({ id }: { readonly id: string }) => id === key.id),
      ),
    )
    for (const [at, node] of cluster.nodes.entries()) {
      expect((await chatAt(node, key, { model: 'known-answer', max_tokens: 2 })).status).toBe(200)
      const dialect = LOAD_DIALECTS[at] ?? LOAD_DIALECTS[0]
      const wish = { model: 'known-answer', isStream: true, maxTokens: 2, text: 'Hello!' }
      const reply = await chatAt(node, key, dialect.body(wish), dialect.path)
      expect(reply.status).toBe(429)
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(dialect.isFault(await reply.json())).toBe(true)
    }
  })

  test('of a guest asks models through every node, and does nothing else on any', async () => {
    const admin = await makeKey(one, { scopes: ['admin'] })
    const printed = await runSkeinWith({ ...one.environment, SKEIN_API_KEY: admin.secret }, [
      'guest',
      '--json',
      '--url',
      one.url,
    ])
    const guest: MadeKey = { id: '', secret: JSON.parse(printed).token }
    await allAnswer(cluster.nodes, guest, 200)
    for (const node of cluster.nodes)
      expect((await chatAt(node, guest, { model: 'known-answer', max_tokens: 2 })).status).toBe(200)
    for (const path of ['/v1/tokens', '/v1/nodes', '/v1/cluster', '/metrics'])
      expect([path, ...(await statusesOf(cluster.nodes, guest, path))]).toEqual([path, 403, 403, 403])
  })
})

describe('a stranger at the ports between the nodes', () => {
  const portsOf = async (node: RealNode) => (await node.ask('GET', `/v1/nodes/${node.name}`)).addresses[0]

  test('gets one refusal for whatever it asks, with any key of a client', async () => {
    const key = await makeKey(one, { scopes: ['admin'] })
    for (const node of cluster.nodes) {
      const { dataPort } = await portsOf(node)
      const told = new Set<string>()
      for (const headers of [{}, bearer(key), bearer({ secret: 'x'.repeat(300) })])
        for (const [method, path] of STRANGE_QUESTIONS) {
          const reply = await fetch(`https://127.0.0.1:${dataPort}${path}`, {
            method,
            headers,
            tls: { rejectUnauthorized: false },
          })
          reply.headers.delete('date')
          told.add(`${reply.status} ${JSON.stringify([...reply.headers])} ${await reply.text()}`)
        }
      const [only = '', ...others] = told
      expect(others).toEqual([])
      expect(only).toStartWith('401 ')
      expect(only).not.toMatch(/one|two|three|endless|12D3Koo/)
    }
  })

  test('hears nothing of the link port that would tell of nodes, keys or models', async () => {
    for (const node of cluster.nodes) {
      const { linkPort } = await portsOf(node)
      const [http, libp2p] = await Promise.all([connectRaw(linkPort), connectRaw(linkPort)])
      await http.send('GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await libp2p.send('\x13/multistream/1.0.0\n\x03ls\n')
      // How a link is encrypted, which is what every libp2p says first.
      await eventually('the greeting is answered', () => libp2p.received.endsWith('/noise\n\n'))
      expect(libp2p.received.replaceAll(/[^ -~]/g, '')).toBe('/multistream/1.0.0/noise')
      expect(http.received).toBe('')
      http.cut()
      libp2p.cut()
    }
  })
})

const STRANGE_QUESTIONS = [
  ['GET', '/'],
  ['GET', '/v1/models'],
  ['GET', '/health'],
  ['GET', '/no/such/path'],
  ['POST', '/v1/chat/completions'],
  ['DELETE', '/v1/nodes/one'],
  ['OPTIONS', '/v1/models'],
] as const
