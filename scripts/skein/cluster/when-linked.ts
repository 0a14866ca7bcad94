import type { Static } from '@sinclair/typebox'
import { pause, systemClock } from '@shared/process/clock.ts'
import type { NodeClient } from '../client/node-client.ts'
import { ClusterFacts } from './cluster-replies.ts'

const LINKED_WITHIN_MS = 3000
const LOOK_EVERY_MS = 100

/** The cluster of a node that has just entered it: with its first link, or as it is when that takes too long. */
export const whenLinked = async (
  client: NodeClient,
  signal: AbortSignal,
): Promise<Static<typeof ClusterFacts>> => {
  const deadline = performance.now() + LINKED_WITHIN_MS
  for (;;) {
    const cluster = await client.call({ path: '/v1/cluster', reply: ClusterFacts, signal })
    const isLinked = cluster.nodes.some(({ link }) => link === 'up')
    if (isLinked || performance.now() > deadline) return cluster
    await pause(systemClock, LOOK_EVERY_MS, signal)
    signal.throwIfAborted()
  }
}
