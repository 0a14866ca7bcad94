import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listenPeers } from '@service/router/adapters/peers/listen-peers.ts'
import { openNodeCertificate } from '@service/router/adapters/cluster/node-certificate-file.ts'
import { createLog } from '@shared/log/create-log.ts'
import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'

const open = async (port: number, member: () => Promise<Response>) => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-listen-'))
  const certificate = await openNodeCertificate(directory)
  rmSync(directory, { recursive: true })
  const listener = listenPeers({
    host: '127.0.0.1',
    port,
    certificate,
    checkBearer: () => parseNodeId(`12D3KooW${'A'.repeat(44)}`)!,
    stranger: async () => new Response(null),
    member,
    bodies: { readWhole: async () => new Uint8Array() },
    now: () => 0,
    log: createLog('test', 'silent'),
  })
  return { listener, tls: { ca: certificate.certificate, serverName: 'skein-node' } }
}

test('a port that is taken is named, with the variable that chooses another one', async () => {
  const { listener } = await open(0, async () => new Response(null))
  const second = open(listener.port, async () => new Response(null))
  expect(await second.catch((error: unknown) => error)).toMatchObject({
    code: 'conflict',
    message: `Port ${listener.port} for the requests of other nodes is in use by another program. Stop it, or choose another one: CLUSTER_DATA_PORT=${listener.port + 10}`,
  })
  await listener.stop(true)
})

test('a door that breaks tells nothing of why', async () => {
  const { listener, tls } = await open(0, () => Promise.reject(new Error('secret')))
  const reply = await fetch(`https://127.0.0.1:${listener.port}/`, { tls })
  expect([reply.status, await reply.text()]).toEqual([500, ''])
  await listener.stop(true)
})

test('who stops in peace lets the last request be answered', async () => {
  const gate = Promise.withResolvers<Response>()
  const { listener, tls } = await open(0, () => gate.promise)
  const reply = fetch(`https://127.0.0.1:${listener.port}/`, { tls })
  // The second connection shows that the first is there.
  await fetch(`https://127.0.0.1:${listener.port}/_skein/peer/open/x`, { tls })
  const stopped = listener.stop(false)
  gate.resolve(new Response('last'))
  expect(await (await reply).text()).toBe('last')
  await stopped
})
