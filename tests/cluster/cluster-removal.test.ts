import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openNodeIdentity } from '@service/router/adapters/cluster/node-identity-file.ts'
import { createPeerBearerMint } from '@service/router/adapters/peers/peer-bearer-mint.ts'
import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'
import { addressFor, openLanCluster, timeUntil } from '../support/cluster-nodes/lan-cluster.ts'
import type { LanCluster } from '../support/cluster-nodes/lan-cluster.ts'
import type { LanNode } from '../support/cluster-nodes/lan-node.ts'
import { eventually } from '../support/eventually.ts'
import { jsonOf } from '../support/wire-json.ts'

const LONG = 120_000

let cluster: LanCluster
beforeAll(async () => {
  const nodes = ['studio', 'attic', 'mini', 'cellar'].map((name) => ({ name, model: 'endless' }) as const)
  cluster = await openLanCluster({ nodes })
}, LONG)
afterAll(() => cluster?.close(), LONG)

const knows = async (node: LanNode, name: string): Promise<boolean> => name in ((await node.view()) ?? {})

const ownTrouble = async (node: LanNode): Promise<string | null> =>
  (await jsonOf(node.ask('/v1/cluster'))).nodes[0].trouble

/** What a node gets that goes on as if nothing had happened. */
const askAsMember = async (asker: LanNode, host: number, to: LanNode): Promise<unknown> => {
  const { nodeId, sign } = await openNodeIdentity({ skeinHome: asker.home, now: Date.now })
  const other = parseNodeId((await jsonOf(to.ask('/v1/cluster'))).self)
  if (other === undefined) throw new Error('That is no node id')
  const authorization = createPeerBearerMint({ self: nodeId, sign, now: Date.now })(other)
  const asked = cluster.lan
    .host(host)
    .spawn([process.execPath, '-e', ASK, `https://${to.address}:${to.dataPort}/v1/models`, authorization])
  return new Response(asked.stdout).json()
}

const ASK = `
  const [url, authorization] = process.argv.slice(-2)
  const headers = { authorization, 'x-skein-caller': 'local' }
  const { headers: said, status } = await fetch(url, { headers, tls: { rejectUnauthorized: false } })
  console.log(JSON.stringify({ status, refused: said.get('x-skein-peer-refused') }))
`

test(
  'a node that is removed is out everywhere at once, is told so, and its requests are refused by name',
  async () => {
    const [studio, attic, mini, cellar] = cluster.nodes as readonly [LanNode, LanNode, LanNode, LanNode]
    await cellar.stop()
    await studio.run('nodes', 'rm', 'attic', '--yes')
    const tookMs = await timeUntil(
      'all know it',
      async () =>
        !(await knows(studio, 'attic')) &&
        !(await knows(mini, 'attic')) &&
        (await ownTrouble(attic)) === 'removed',
      2000,
    )
    console.info(`Removed everywhere ${tookMs} ms after the command.`)
    expect((await attic.run('nodes')).stdout).toContain('this node: removed')
    expect(await askAsMember(attic, 2, studio)).toEqual({ status: 403, refused: 'removed' })
    expect(await askAsMember(mini, 3, studio)).toEqual({ status: 200, refused: null })
    const asked = await attic.ask('/v1/models?node=studio')
    expect(asked.status).toBe(503)
    const own = await attic.chat({ model: 'endless', max_tokens: 2 })
    expect([own.status, own.headers.get('x-skein-node')]).toEqual([200, 'attic'])

    await cellar.start()
    const learnedMs = await timeUntil(
      'who was away knows it',
      async () => !(await knows(cellar, 'attic')),
      10_000,
    )
    console.info(`Who was away knows it ${learnedMs} ms after it was ready.`)
    await eventually('it is linked with the rest', async () => (await cellar.view())?.['mini'] === 'up')
    expect(await ownTrouble(attic)).toBe('removed')
  },
  LONG,
)

test(
  'a node that was away when it was removed learns it when it returns, and can join anew',
  async () => {
    const [studio, , mini] = cluster.nodes as readonly [LanNode, LanNode, LanNode]
    await mini.stop()
    await studio.run('nodes', 'rm', 'mini', '--yes')
    await mini.start()
    const tookMs = await timeUntil('it knows', async () => (await ownTrouble(mini)) === 'removed', 10_000)
    console.info(`The removed one knows it ${tookMs} ms after it was ready.`)
    expect(await knows(studio, 'mini')).toBe(false)
    await studio.invite(mini, addressFor(cluster.lan, studio))
    await eventually('it is in again', async () => (await studio.view())?.['mini'] === 'up')
    expect(await ownTrouble(mini)).toBe(null)
  },
  LONG,
)
