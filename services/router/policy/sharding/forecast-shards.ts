import type { PlannedWorker, ShardForecast, ShardNode, ShardWish } from './planned-shards.ts'

/** Measured: a token waits once for every node that lends; everything else is sent without waiting for an answer. */
const WAITS_PER_TOKEN = 1
/** Numbers between blocks are 32-bit floats; they go there and come back. */
const BYTES_BETWEEN_BLOCKS = 4 * 2

/**
 * What the network costs:
 *
 *     of a token    = Σ nodes that lend: round trip + 8 × embedding length ÷ bandwidth
 *     of the start  = Σ nodes that lend: layers × file ÷ all layers ÷ bandwidth      (one node after the other)
 */
export const forecastShards = (
  wish: ShardWish,
  workers: readonly PlannedWorker[],
  nodes: readonly ShardNode[],
): ShardForecast => {
  const known = workers.map(({ layers, nodeId }) => {
    const node = nodes.find((other) => other.nodeId === nodeId)
    return { layers, rttMs: node?.rttMs, bytesPerSecond: node?.bytesPerSecond || undefined }
  })
  const networkMsPerToken = sumKnown(known, ({ bytesPerSecond, rttMs }) =>
    rttMs === undefined
      ? undefined
      : WAITS_PER_TOKEN * rttMs +
        (bytesPerSecond === undefined
          ? 0
          : (1000 * BYTES_BETWEEN_BLOCKS * wish.embeddingLength) / bytesPerSecond),
  )
  const transferSeconds = sumKnown(known, ({ bytesPerSecond, layers }) =>
    bytesPerSecond === undefined ? undefined : (layers * wish.fileBytes) / wish.layers / bytesPerSecond,
  )
  return {
    networkMsPerToken,
    tokensPerSecondAtMost:
      networkMsPerToken === null || networkMsPerToken <= 0 ? null : 1000 / networkMsPerToken,
    transferSeconds,
  }
}

/** Null as soon as one of them is not known. */
const sumKnown = <Item>(items: readonly Item[], read: (item: Item) => number | undefined): number | null =>
  items.reduce<number | null>((total, item) => {
    const value = read(item)
    return total === null || value === undefined ? null : total + value
  }, 0)
