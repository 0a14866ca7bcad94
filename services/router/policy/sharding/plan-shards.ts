import type { NodeId } from '../cluster/node-id.ts'
import { forecastShards } from './forecast-shards.ts'
import { describeImpossible, describePlan } from './shard-words.ts'
import type {
  PlannedWorker,
  RejectedShardNode,
  ShardNode,
  ShardPlan,
  ShardRejection,
  ShardWish,
  ShardWishSize,
} from './planned-shards.ts'

export interface ShardQuestion {
  readonly wish: ShardWish
  /** The node that has the file and opens the model. */
  readonly head: ShardNode
  readonly others: readonly ShardNode[]
  /** They were asked and refused. */
  readonly failed?: readonly NodeId[]
}

/**
 * How one model can lie on several nodes:
 * 1. not at all when one node that has it can open it alone, even with the smallest context
 * 2. over as few other nodes as possible, for every one adds its round trips to every token; of equally many the ones
 *    with most free memory
 * 3. with the best size that so many nodes can hold; the head holds as many layers as it can, the others share the rest
 *    by their room
 */
export const planShards = (question: ShardQuestion): ShardPlan => {
  const { head, others, wish } = question
  const alone = [head, ...others].find((node) => fitsAlone(node, head, wish))
  if (alone !== undefined) {
    return {
      type: 'not-needed',
      node: { nodeId: alone.nodeId, name: alone.name },
      words: `${alone.name} can open ${wish.model} alone.`,
    }
  }
  const judged = others.map((node) => ({ node, reason: rejectionOf(question, node) }))
  const able = judged
    .flatMap(({ node, reason }) => (reason === undefined ? [node] : []))
    .toSorted(roomiestFirst)
  const rejections = judged.flatMap(({ node, reason }): readonly RejectedShardNode[] =>
    reason === undefined ? [] : [{ nodeId: node.nodeId, name: node.name, reason }],
  )
  if (wish.backendVersion !== null) {
    for (let count = 1; count <= able.length; count += 1) {
      const plan = planOver(question, able.slice(0, count), rejections)
      if (plan !== undefined) return plan
    }
  }
  return impossible(question, able, rejections)
}

const fitsAlone = (node: ShardNode, head: ShardNode, wish: ShardWish): boolean =>
  node.hasModel &&
  (node === head || (node.isUp && !node.isDraining)) &&
  wish.sizes.some((size) => totalBytes(wish, size) <= node.budgetBytes)

/** What the model takes on one node. */
const totalBytes = ({ layers }: ShardWish, size: ShardWishSize): number =>
  size.headBytes + layers * size.localLayerBytes

const rejectionOf = ({ failed = [], wish }: ShardQuestion, node: ShardNode): ShardRejection | undefined => {
  if (!node.isUp) return 'down'
  if (node.isDraining) return 'draining'
  if (node.backendVersion === undefined) return 'no-worker'
  if (wish.backendVersion !== null && node.backendVersion !== wish.backendVersion) return 'other-version'
  if (failed.includes(node.nodeId)) return 'failed'
  return wish.sizes.some((size) => roomOf(node, wish, size) > 0) ? undefined : 'no-memory'
}

/** Layers that a node could lend memory for. */
const roomOf = (
  { freeBytes }: ShardNode,
  { layers, workerBytes }: ShardWish,
  { layerBytes }: ShardWishSize,
): number => Math.min(layers, Math.max(0, Math.floor((freeBytes - workerBytes) / layerBytes)))

const roomiestFirst = (left: ShardNode, right: ShardNode): number =>
  right.freeBytes - left.freeBytes || compareTexts(left.nodeId, right.nodeId)

const compareTexts = (left: string, right: string): number => (left < right ? -1 : Number(left > right))

const planOver = (
  { head, wish }: ShardQuestion,
  nodes: readonly ShardNode[],
  rejections: readonly RejectedShardNode[],
): Extract<ShardPlan, { readonly type: 'plan' }> | undefined => {
  for (const [index, size] of wish.sizes.entries()) {
    const rooms = nodes.map((node) => roomOf(node, wish, size))
    // At least one layer for each of them: a node without any would only cost.
    const most = wish.layers - nodes.length
    const localLayers = Math.min(most, Math.floor((head.freeBytes - size.headBytes) / size.localLayerBytes))
    const remote = wish.layers - localLayers
    if (localLayers < 0 || rooms.includes(0) || remote > sum(rooms)) continue
    const layers = shareOut(remote, rooms)
    const workers = nodes.map(({ nodeId, name }, place): PlannedWorker => {
      const held = layers[place] ?? 0
      return { nodeId, name, layers: held, bytes: Math.ceil(wish.workerBytes + held * size.layerBytes) }
    })
    const localBytes = Math.ceil(size.headBytes + localLayers * size.localLayerBytes)
    const forecast = forecastShards(wish, workers, nodes)
    const words = describePlan({ wish, size, head, localLayers, workers, nodes, forecast })
    return { type: 'plan', size: index, localLayers, localBytes, workers, forecast, words, rejections }
  }
  return undefined
}

/** Splits `count` by room, whole ones, at least one each: whoever has most room left gets the next. */
const shareOut = (count: number, rooms: readonly number[]): readonly number[] => {
  const total = sum(rooms)
  const shares = rooms.map((room) => Math.min(room, Math.max(1, Math.floor((count * room) / total))))
  for (let left = count - sum(shares); left !== 0; left -= Math.sign(left)) {
    const spare = rooms.map((room, place) => room - (shares[place] ?? 0))
    const place = placeOfGreatest(left > 0 ? spare : shares)
    shares[place] = (shares[place] ?? 0) + Math.sign(left)
  }
  return shares
}

const placeOfGreatest = (values: readonly number[]): number => values.indexOf(Math.max(...values))

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const impossible = (
  { head, wish, others }: ShardQuestion,
  able: readonly ShardNode[],
  rejections: readonly RejectedShardNode[],
): ShardPlan => {
  const needed = wish.sizes.map((size) => totalBytes(wish, size) + wish.workerBytes)
  const neededBytes = Math.ceil(Math.min(...needed))
  // Nodes that are in the way only because of their memory count too: "all nodes together" means them.
  const short = others.filter(({ nodeId }) =>
    rejections.some((rejected) => rejected.nodeId === nodeId && rejected.reason === 'no-memory'),
  )
  const freeBytes = sum([head, ...able, ...short].map((node) => Math.max(0, node.freeBytes)))
  const words = describeImpossible({
    wish,
    head,
    neededBytes,
    freeBytes,
    others,
    able: [...able, ...short],
    rejections,
  })
  return { type: 'impossible', words, neededBytes, freeBytes, rejections }
}
