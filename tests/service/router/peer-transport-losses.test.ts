import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNodeCertificate } from '@service/router/adapters/cluster/node-certificate-file.ts'
import { tcpConnects } from '@service/router/adapters/peers/tcp-connects.ts'
import { PeerLost, PeerUnreachable } from '@service/router/features/other-nodes/peer-transport.ts'
import { BUSY_SERVICE } from '../../support/busy-service.ts'
import { eventually } from '../../support/eventually.ts'
import { jsonBody, openNearNode, outbound } from '../../support/near-node.ts'
import type { NearNode } from '../../support/near-node.ts'
import { startPeerNode } from '../../support/peer-node.ts'
import type { PeerNode } from '../../support/peer-node.ts'

let far: PeerNode
let near: NearNode
beforeAll(async () => {
  far = await startPeerNode({ chat: BUSY_SERVICE })
  near = await openNearNode()
  near.meet(far)
})
afterAll(async () => {
  near.close()
  await far.close()
})

const failure = (error: unknown): unknown => error

const drain = async (reader: { read(): Promise<{ readonly done: boolean }> }): Promise<void> => {
  while (!(await reader.read()).done);
}

/** Somebody else who serves HTTPS, with a certificate of their own. */
const startStranger = async () => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-stranger-'))
  const { certificate, privateKey } = await openNodeCertificate(directory)
  const seen: string[] = []
  const ports = new Set<number>()
  const server = Bun.serve({
    hostname: '::1',
    port: far.location.dataPort,
    tls: { key: privateKey, cert: certificate },
    fetch(request, serving) {
      seen.push(request.headers.get('authorization') ?? '')
      ports.add(serving.requestIP(request)?.port ?? 0)
      return new Response('stranger')
    },
  })
  return {
    certificate,
    seen,
    ports,
    async stop() {
      await server.stop(true)
      rmSync(directory, { recursive: true })
    },
  }
}

test('a node that declares another one down ends what is with it: requests, streams, WebSockets', async () => {
  const other = await openNearNode()
  other.meet(far)
  const { nodeId } = far.identity
  const seen = far.chat.seen.length
  const waiting = other.transport.send(nodeId, outbound('/v1/silent')).catch(failure)
  const stream = await other.transport.send(nodeId, outbound('/v1/endless'))
  const reader = stream.body!.getReader()
  await reader.read()
  const socket = await other.transport.dial(nodeId, {
    pathAndQuery: '/v1/ws',
    headers: outbound('').headers,
    protocols: [],
  })
  if (socket instanceof Response) throw new Error(`refused: ${socket.status}`)
  const closed = Promise.withResolvers<{ readonly code: number }>()
  socket.onClose = (end) => closed.resolve(end)
  socket.resume()
  await eventually('all are there', () => far.chat.seen.length === seen + 3)
  other.declareDown(nodeId)
  expect(await waiting).toBeInstanceOf(PeerLost)
  expect(await drain(reader).catch(failure)).toBeInstanceOf(PeerLost)
  expect((await closed.promise).code).toBe(1006)
  const afterwards = await other.transport.send(nodeId, outbound('/v1/packed')).catch(failure)
  expect(afterwards).toBeInstanceOf(PeerUnreachable)
  other.close()
})

test('a node that dies in the middle of its answer is lost, one that is gone is not reached', async () => {
  const dying = await startPeerNode({ chat: BUSY_SERVICE })
  near.meet(dying)
  const { nodeId } = dying.identity
  const seen = dying.chat.seen.length
  const stream = await near.transport.send(nodeId, outbound('/v1/endless'))
  const reader = stream.body!.getReader()
  await reader.read()
  const waiting = near.transport.send(nodeId, outbound('/v1/silent', { body: jsonBody({}) })).catch(failure)
  await eventually('it has both', () => dying.chat.seen.length === seen + 2)
  await dying.die()
  expect(await waiting).toBeInstanceOf(PeerLost)
  expect(await drain(reader).catch(failure)).toBeInstanceOf(PeerLost)
  const gone = await near.transport.send(nodeId, outbound('/v1/silent')).catch(failure)
  expect(gone).toBeInstanceOf(PeerUnreachable)
  await dying.close()
})

test('whoever has another certificate sees nothing, and the next address is tried', async () => {
  const stranger = await startStranger()
  const { nodeId } = far.identity
  near.locations.set(nodeId, { ...far.location, hosts: ['::1'] })
  const alone = await near.transport.send(nodeId, outbound('/v1/packed')).catch(failure)
  expect(alone).toBeInstanceOf(PeerUnreachable)
  const socket = { pathAndQuery: '/v1/ws', headers: outbound('').headers, protocols: [] }
  expect(await near.transport.dial(nodeId, socket).catch(failure)).toBeInstanceOf(PeerUnreachable)
  near.locations.set(nodeId, { ...far.location, hosts: ['::1', '127.0.0.1'] })
  expect((await near.transport.send(nodeId, outbound('/v1/packed'))).status).toBe(200)
  const dialled = await near.transport.dial(nodeId, socket)
  expect(dialled).not.toBeInstanceOf(Response)
  if (!(dialled instanceof Response)) dialled.close({ code: 1000, reason: '' })
  near.meet(far)
  expect(stranger.seen).toEqual([])
  await stranger.stop()
})

test('a certificate that was trusted before does not let another one in over the same connections', async () => {
  const stranger = await startStranger()
  const { nodeId } = far.identity
  near.locations.set(nodeId, { ...far.location, hosts: ['::1'], certificate: stranger.certificate })
  for (let times = 0; times < 5; times += 1) {
    expect(await (await near.transport.send(nodeId, outbound('/'))).text()).toBe('stranger')
  }
  // Connections are kept: a handshake for each request would cost more than the request.
  expect(stranger.ports.size).toBe(1)
  near.locations.set(nodeId, { ...far.location, hosts: ['::1'] })
  expect(await near.transport.send(nodeId, outbound('/')).catch(failure)).toBeInstanceOf(PeerUnreachable)
  expect(stranger.seen.length).toBe(5)
  near.meet(far)
  await stranger.stop()
})

test('connections from before a node went down are not used when it is up again', async () => {
  const stranger = await startStranger()
  const other = await openNearNode()
  const { nodeId } = far.identity
  other.locations.set(nodeId, { ...far.location, hosts: ['::1'], certificate: stranger.certificate })
  const ask = async (): Promise<string> => (await other.transport.send(nodeId, outbound('/'))).text()
  for (let round = 1; round <= 3; round += 1) {
    expect([await ask(), await ask()]).toEqual(['stranger', 'stranger'])
    expect(stranger.ports.size).toBe(round)
    other.declareDown(nodeId)
    other.declareUp(nodeId)
  }
  other.close()
  await stranger.stop()
})

test('an address into which packets vanish costs a moment, not minutes', async () => {
  const tried: string[] = []
  const patient = await openNearNode({
    connects(host, port, withinMs) {
      tried.push(host)
      return host === '192.0.2.1' ? new Promise(() => undefined) : tcpConnects(host, port, withinMs)
    },
  })
  patient.meet(far)
  const { nodeId } = far.identity
  patient.locations.set(nodeId, { ...far.location, hosts: ['192.0.2.1', '127.0.0.1'] })
  const startedAt = performance.now()
  expect((await patient.transport.send(nodeId, outbound('/v1/packed'))).status).toBe(200)
  expect(performance.now() - startedAt).toBeLessThan(1500)
  expect(tried).toEqual(['192.0.2.1', '127.0.0.1'])
  await patient.transport.send(nodeId, outbound('/v1/packed'))
  expect(tried.length).toBe(2)
  patient.close()
})

test('a hung node, which accepts and never answers, is cut as soon as its link is declared down', async () => {
  const accepted: object[] = []
  const hung = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { open: (socket) => void accepted.push(socket), data: () => undefined },
  })
  const other = await openNearNode()
  const { nodeId } = far.identity
  other.locations.set(nodeId, { ...far.location, dataPort: hung.port })
  const request = other.transport.send(nodeId, outbound('/v1/packed', { body: jsonBody({}) })).catch(failure)
  const dial = other.transport
    .dial(nodeId, { pathAndQuery: '/v1/ws', headers: outbound('').headers, protocols: [] })
    .catch(failure)
  // Two that only look whether somebody is there, two that want something.
  await eventually('all are with it', () => accepted.length === 4)
  other.declareDown(nodeId)
  expect(await request).toBeInstanceOf(PeerLost)
  expect(await dial).toBeInstanceOf(PeerLost)
  other.close()
  hung.stop(true)
})

test('a node of which no address is known is not reached', async () => {
  const lost = await openNearNode()
  const error = await lost.transport.send(far.identity.nodeId, outbound('/')).catch(failure)
  expect(error).toBeInstanceOf(PeerUnreachable)
  lost.close()
})

test.each([
  ['removed', 'This node was removed from the cluster. `skein join` lets it in again.'],
  ['unknown', 'This node is not a member of the cluster. `skein join` makes it one.'],
] as const)('a node that is %s learns why it is not let in', async (standing, message) => {
  const other = await openNearNode()
  other.meet(far)
  far.standings.set(other.nodeId, standing)
  const error = await other.transport.send(far.identity.nodeId, outbound('/v1/packed')).catch(failure)
  expect(error).toBeInstanceOf(PeerUnreachable)
  expect(error).toMatchObject({ cause: { message } })
  const dialled = await other.transport
    .dial(far.identity.nodeId, { pathAndQuery: '/v1/ws', headers: outbound('').headers, protocols: [] })
    .catch(failure)
  expect(dialled).toMatchObject({ name: 'PeerUnreachable', cause: { message } })
  other.close()
})
