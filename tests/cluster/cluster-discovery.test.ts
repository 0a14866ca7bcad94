import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { areLinked, openLanCluster, timeUntil } from '../support/cluster-nodes/lan-cluster.ts'
import type { LanCluster } from '../support/cluster-nodes/lan-cluster.ts'
import type { LanNode } from '../support/cluster-nodes/lan-node.ts'
import { eventually } from '../support/eventually.ts'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { LAN_IS_REAL } from '../support/hosts/open-lan.ts'
import { jsonOf } from '../support/wire-json.ts'

const LONG = 120_000

const NODES = [
  { name: 'studio' },
  { name: 'attic', model: 'none' as const },
  { name: 'mini', model: 'none' as const },
]

describe.skipIf(!LAN_IS_REAL)('three nodes on one network', () => {
  let cluster: LanCluster
  beforeAll(async () => {
    cluster = await openLanCluster({ nodes: NODES, joins: false })
  }, LONG)
  afterAll(() => cluster?.close(), LONG)

  test(
    'join by the code alone: who invites is found, and the third hears of the second from the cluster',
    async () => {
      const { node, nodes } = cluster
      await node('studio').invite(node('attic'))
      await node('attic').invite(node('mini'))
      const tookMs = await timeUntil('all list all', () => areLinked(nodes), 10_000)
      console.info(`All three list all three ${tookMs} ms after the third has joined.`)
    },
    LONG,
  )

  test('all answer a chat, also those that have no model: the node that has it does it', async () => {
    for (const node of cluster.nodes) {
      const reply = await node.chat()
      expect(reply.headers.get('x-skein-node')).toBe('studio')
      expect((await jsonOf(reply)).choices[0].message.content).toBe(KNOWN_ANSWER)
    }
  })
})

describe('three nodes where multicast is lost', () => {
  let cluster: LanCluster
  beforeAll(async () => {
    cluster = await openLanCluster({ nodes: NODES, multicast: false })
  }, LONG)
  afterAll(() => cluster?.close(), LONG)

  const answersFrom = async (node: LanNode): Promise<string | null> => {
    const reply = await node.chat()
    await reply.text()
    return reply.ok ? reply.headers.get('x-skein-node') : reply.status.toString()
  }

  test(
    'join by address, and come back after a power cut of all: each remembers where the others were',
    async () => {
      const { node, nodes } = cluster
      await Promise.all(nodes.map((one) => one.kill()))
      await Promise.all(nodes.map((one) => one.start()))
      const tookMs = await timeUntil('all are linked again', () => areLinked(nodes), 15_000)
      console.info(`Linked ${tookMs} ms after all were ready again.`)
      // A link is there a moment before all is told over it.
      await eventually('it answers', async () => (await answersFrom(node('mini'))) === 'studio', 5000)
    },
    LONG,
  )

  test(
    'come back after all were stopped and started in order',
    async () => {
      const { nodes } = cluster
      await Promise.all(nodes.map((one) => one.stop()))
      for (const one of nodes) await one.start()
      const tookMs = await timeUntil('all are linked again', () => areLinked(nodes), 15_000)
      console.info(`Linked ${tookMs} ms after the last was ready again.`)
    },
    LONG,
  )

  test.skipIf(!LAN_IS_REAL)(
    'find a node that moves to another address while it runs: it dials the others',
    async () => {
      const { lan, node, nodes } = cluster
      lan.changeAddress(3, lan.freeAddress())
      const movedAtMs = performance.now()
      await eventually('the old links are given up', async () => !(await areLinked(nodes)), 10_000)
      await eventually('all are linked again', () => areLinked(nodes), 30_000)
      console.info(`Linked ${Math.round(performance.now() - movedAtMs)} ms after it got another address.`)
      await eventually('it is asked there', async () => (await answersFrom(node('mini'))) === 'studio')
    },
    LONG,
  )

  test.skipIf(!LAN_IS_REAL)(
    'find each other by CLUSTER_PEERS where all have other addresses than before',
    async () => {
      const { lan, node, nodes } = cluster
      await Promise.all(nodes.map((one) => one.stop()))
      for (const host of [1, 2, 3]) lan.changeAddress(host, lan.freeAddress())
      const CLUSTER_PEERS = nodes.map(({ address }) => address).join(',')
      await Promise.all(nodes.map((one) => one.start({ CLUSTER_PEERS })))
      const tookMs = await timeUntil('all are linked again', () => areLinked(nodes), 30_000)
      console.info(`Linked ${tookMs} ms after all were ready, by CLUSTER_PEERS.`)
      await eventually('it answers', async () => (await answersFrom(node('mini'))) === 'studio', 5000)
    },
    LONG,
  )
})
