import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createPeerBearerMint } from '@service/router/adapters/peers/peer-bearer-mint.ts'
import { openNodeIdentity } from '@service/router/adapters/cluster/node-identity-file.ts'
import type { NodeIdentity } from '@service/router/adapters/cluster/node-identity-file.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUSY_SERVICE } from '../../support/busy-service.ts'
import { startPeerNode } from '../../support/peer-node.ts'
import type { PeerNode } from '../../support/peer-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const MINUTE_MS = 60_000

/** What came to the handler of open paths. */
const open = { bodies: [] as string[], addresses: [] as string[] }

const directories: string[] = []
const newIdentity = (): Promise<NodeIdentity> => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-identity-'))
  directories.push(directory)
  return openNodeIdentity({ skeinHome: directory, now: () => Date.now() })
}

let far: PeerNode
let member: NodeIdentity
beforeAll(async () => {
  far = await startPeerNode({
    chat: BUSY_SERVICE,
    async stranger(request, address) {
      open.bodies.push(await request.text())
      open.addresses.push(address)
      return new Response(`hello ${new URL(request.url).pathname}`)
    },
  })
  member = await newIdentity()
  far.standings.set(member.nodeId, 'member')
})
afterAll(async () => {
  await far.close()
  for (const directory of directories) rmSync(directory, { recursive: true })
})

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`https://127.0.0.1:${far.location.dataPort}${path}`, {
    ...init,
    tls: { ca: far.location.certificate, serverName: 'skein-node' },
  })

const bearerOf = (
  { nodeId, sign }: NodeIdentity,
  {
    audience = far.identity.nodeId,
    aheadMs = 0,
  }: { readonly audience?: NodeId; readonly aheadMs?: number } = {},
): string => createPeerBearerMint({ self: nodeId, sign, now: () => Date.now() + aheadMs })(audience)

const askAs = (authorization: string, path = '/v1/packed'): Promise<Response> =>
  ask(path, { headers: { authorization, 'x-skein-caller': 'local' } })

const refusal = async (reply: Promise<Response>) => {
  const { headers, status } = await reply
  const { error } = await jsonOf(reply)
  return { status, message: error.message, header: headers.get('x-skein-peer-refused') }
}

const STRANGER = {
  status: 401,
  message: 'This door is for the nodes of its cluster.',
  header: 'unauthorized',
}

test('a stranger gets the same answer whatever it asks for, and no service hears of it', async () => {
  const seen = far.chat.seen.length
  const replies = await Promise.all([
    ask('/v1/packed'),
    ask('/no/such/route'),
    ask('/status'),
    ask('/_skein/manifest'),
    ask('/_skein/peer/metrics'),
    ask('/_skein/peer/openly/hello'),
    ask('/_skein/peer/open/../metrics'),
    ask('/v1/chat/completions', { method: 'POST', body: '{}' }),
    ask('/v1/ws', { headers: { connection: 'upgrade', upgrade: 'websocket' } }),
    ask('/v1/packed', { headers: { 'x-skein-caller': 'local', authorization: 'Bearer sk-skein-0' } }),
  ])
  const texts = new Set(
    await Promise.all(replies.map(async (reply) => `${reply.status} ${await reply.text()}`)),
  )
  expect(texts.size).toBe(1)
  expect([...texts][0]).toStartWith('401 {"error":{"message":"This door is for the nodes of its cluster."')
  const names = new Set(
    replies.map(({ headers }) => [...headers.keys()].filter((name) => name !== 'connection').join()),
  )
  expect(names.size).toBe(1)
  expect(far.chat.seen.length).toBe(seen)
})

test('a member is let in by its proof', async () => {
  expect((await askAs(bearerOf(member))).status).toBe(200)
})

test.each([
  ['garbage', () => 'Bearer skein-peer.e30.AA'],
  ['a proof for another node', () => bearerOf(member, { audience: member.nodeId })],
  [
    'a proof that somebody else has signed',
    () => {
      const [head = '', payload = ''] = bearerOf(member).split('.')
      const signature = Buffer.from(far.identity.sign(new TextEncoder().encode('x'))).toString('base64url')
      return `${head}.${payload}.${signature}`
    },
  ],
  [
    'a proof whose payload was changed',
    () => {
      const [head = '', payload = '', signature = ''] = bearerOf(member).split('.')
      const changed = Buffer.from(payload, 'base64url')
        .toString()
        .replace(/"expiresAt":(\d+)/, '"expiresAt":$19')
      return `${head}.${Buffer.from(changed).toString('base64url')}.${signature}`
    },
  ],
  ['a proof under another scheme', () => bearerOf(member).replace('Bearer ', 'Basic ')],
])('%s opens nothing', async (_, authorization) => {
  expect(await refusal(askAs(authorization()))).toEqual(STRANGER)
})

test('a node that is removed is out at once, although its proof was good a moment ago', async () => {
  const removed = await newIdentity()
  far.standings.set(removed.nodeId, 'member')
  const bearer = bearerOf(removed)
  expect((await askAs(bearer)).status).toBe(200)
  far.standings.set(removed.nodeId, 'removed')
  expect(await refusal(askAs(bearer))).toMatchObject({ status: 403, header: 'removed' })
  expect(await refusal(askAs(bearer, '/no/such/route'))).toMatchObject({ status: 403, header: 'removed' })
})

test('a node that was never let in is told so, and nothing else', async () => {
  const unknown = await newIdentity()
  expect(await refusal(askAs(bearerOf(unknown)))).toMatchObject({ status: 403, header: 'not-a-member' })
})

test('a proof that is over says by how much the clocks differ', async () => {
  const late = refusal(askAs(bearerOf(member, { aheadMs: -12 * MINUTE_MS })))
  expect((await late).message).toStartWith('The clocks of the two machines differ by 12 minutes.')
  const early = refusal(askAs(bearerOf(member, { aheadMs: 3 * 60 * MINUTE_MS })))
  expect(await early).toMatchObject({
    status: 401,
    header: expect.stringMatching(/^clocks-differ 107\d{5}$|^clocks-differ 108\d{5}$/),
  })
  expect((await early).message).toStartWith('The clocks of the two machines differ by 3 hours.')
})

test('clocks may differ by what the link has measured', async () => {
  far.skews.set(member.nodeId, 12 * MINUTE_MS)
  expect((await askAs(bearerOf(member, { aheadMs: 12 * MINUTE_MS }))).status).toBe(200)
  expect((await askAs(bearerOf(member, { aheadMs: 24 * MINUTE_MS }))).status).toBe(401)
  far.skews.delete(member.nodeId)
})

test('open paths are for everybody, with small bodies', async () => {
  const reply = await ask('/_skein/peer/open/hello', { method: 'POST', body: '{"code":1}' })
  expect([reply.status, await reply.text()]).toEqual([200, 'hello /_skein/peer/open/hello'])
  expect([open.bodies.at(-1), open.addresses.at(-1)]).toEqual(['{"code":1}', '127.0.0.1'])
  const long = await ask('/_skein/peer/open/hello', { method: 'POST', body: 'x'.repeat(65 * 1024) })
  expect(long.status).toBe(413)
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(16 * 1024)) })
  const cut = await ask('/_skein/peer/open/hello', { method: 'POST', body: endless }).then(
    ({ status }) => status,
    () => 413,
  )
  expect(cut).toBe(413)
  expect(open.bodies.length).toBe(1)
})

test('whoever asks at open paths again and again is told to wait', async () => {
  const replies = await Promise.all(Array.from({ length: 60 }, () => ask('/_skein/peer/open/hello')))
  const refused = replies.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(20)
  expect(refused[0]?.headers.get('retry-after')).toBe('1')
})
