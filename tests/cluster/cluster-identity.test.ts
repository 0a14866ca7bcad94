import { afterAll, beforeAll, expect, test } from 'bun:test'
import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { areLinked, openLanCluster, timeUntil } from '../support/cluster-nodes/lan-cluster.ts'
import type { LanCluster } from '../support/cluster-nodes/lan-cluster.ts'
import type { LanNode } from '../support/cluster-nodes/lan-node.ts'
import { eventually } from '../support/eventually.ts'
import { jsonOf } from '../support/wire-json.ts'
import type { WireJson } from '../support/wire-json.ts'

const LONG = 120_000
/** Of the cluster’s own things; models and logs are no part of an identity. */
const COPIED = ['cluster', 'keys.json']

let cluster: LanCluster
beforeAll(async () => {
  cluster = await openLanCluster({
    nodes: [{ name: 'studio' }, { name: 'attic', model: 'none' }],
    spareHosts: 1,
  })
}, LONG)
afterAll(() => cluster?.close(), LONG)

const copyOf = (original: LanNode): LanNode => {
  const home = mkdtempSync(join(tmpdir(), 'skein-lan-copy-'))
  cpSync(original.home, home, {
    recursive: true,
    filter: (path) =>
      path === original.home || COPIED.some((part) => path.startsWith(join(original.home, part))),
  })
  return cluster.add({ name: 'twin', host: 3, model: 'none', home })
}

const nodesOf = async (node: LanNode): Promise<readonly WireJson[]> =>
  (await jsonOf(node.ask('/v1/cluster'))).nodes

test(
  'of two machines with one identity the one that was started later has it; the other keeps still and says so',
  async () => {
    const [studio, attic] = [cluster.node('studio'), cluster.node('attic')]
    const before = await nodesOf(studio)
    const twin = copyOf(attic)
    await twin.start()
    const tookMs = await timeUntil(
      'the earlier one is out',
      async () => (await nodesOf(attic))[0].trouble === 'duplicate-identity',
      15_000,
    )
    await eventually('the later one is in', async () => (await twin.view())?.['studio'] === 'up', 15_000)
    // A link is there a moment before all is told over it, the name too.
    await eventually(
      'studio knows its name',
      async () => (await nodesOf(studio)).some(({ name }) => name === 'twin'),
      5000,
    )
    const nodes = await nodesOf(studio)
    console.info(`The earlier of two keeps still ${tookMs} ms after the later was ready.`)
    expect(nodes.map(({ id }) => id).toSorted()).toEqual(before.map(({ id }) => id).toSorted())
    expect(nodes.map(({ link, name }) => [name, link])).toEqual([
      ['studio', 'self'],
      ['twin', 'up'],
    ])
    const { addresses } = await jsonOf(studio.ask('/v1/nodes/twin'))
    expect(addresses.map(({ host }: WireJson) => host)).toContain(twin.address)
    expect((await attic.run('nodes')).stdout).toContain('this node: duplicate-identity')
    expect((await twin.chat()).headers.get('x-skein-node')).toBe('studio')
    expect(await areLinked([studio, twin])).toBe(true)
  },
  LONG,
)
