import { afterAll, beforeAll, expect, test } from 'bun:test'
import { areLinked, openLanCluster, timeUntil } from '../support/cluster-nodes/lan-cluster.ts'
import type { LanCluster } from '../support/cluster-nodes/lan-cluster.ts'
import { beginRollingLoad } from '../support/cluster-nodes/rolling-load.ts'

const LONG = 120_000
const EVERY_MS = 100

let cluster: LanCluster
beforeAll(async () => {
  // In turn, so that each of them has requests of the others whenever it is stopped.
  const environment = { CLUSTER_PLACEMENT: 'round-robin' }
  const nodes = ['studio', 'attic', 'mini'].map((name) => ({ name, model: 'endless', environment }) as const)
  cluster = await openLanCluster({ nodes })
}, LONG)
afterAll(() => cluster?.close(), LONG)

test(
  'each node is stopped and started again under load in all dialects, and no request fails',
  async () => {
    const { nodes } = cluster
    const load = beginRollingLoad(nodes, 'endless', EVERY_MS)
    const times: string[] = []
    for (const node of nodes) {
      load.spare(node)
      const stopMs = await timeUntil('it is stopped', () => node.stop().then(() => true), 30_000)
      await node.start()
      const linkMs = await timeUntil('all are linked again', () => areLinked(nodes), 20_000)
      load.use(node)
      times.push(`${node.name} stopped in ${stopMs} ms, linked ${linkMs} ms after it was ready`)
    }
    const { answered, byNode, failures } = await load.stop()
    console.info(
      `${answered} answered, ${failures.length} failed (${JSON.stringify(byNode)}); ${times.join('; ')}.`,
    )
    expect(failures).toEqual([])
    expect(answered).toBeGreaterThan(50)
    expect(Object.keys(byNode).toSorted()).toEqual(['attic', 'mini', 'studio'])
  },
  LONG,
)
