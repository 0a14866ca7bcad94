import type { ModelId } from '@shared/inference/model-card.ts'
import type { NodeLane, NodeLoad, NodeModel, NodeTopics } from '../../policy/cluster/node-topics.ts'
import type { ReservedWork } from '../../policy/placement/reservations.ts'
import type { StandingState } from '../../policy/placement/node-standing.ts'
import type { PlacementCandidate, PlacementWish } from '../../policy/placement/placement.ts'
import type { ClusterNode } from '../cluster/cluster-view.ts'

/** Of a link that nobody has measured: it has just come up. */
const UNMEASURED_RTT_MS = 5

/** Of a node that has worked on nothing yet: what the chat service has unless it is told otherwise. */
const UNTOLD_SLOTS = 4

/** What is known of a node beside its own words. */
export interface CandidateFacts {
  readonly standing: StandingState
  readonly reserved: ReservedWork
  readonly matchedTokens: number
}

/**
 * Topics that are the freshest there are: of this node its own figures, of others what they announced. A list that has not
 * changed is the same list as before.
 */
export type CandidateTopics = Partial<Pick<NodeTopics, 'services' | 'models' | 'load' | 'speeds'>>

/** Queues are by model; routes without one have a queue by service and capability, and services are not told apart here. */
export const laneOfWish = ({ capability, model }: PlacementWish): string => model ?? ` ${capability}`

export const candidateOf = (
  wish: PlacementWish,
  node: ClusterNode,
  topics: CandidateTopics,
  { matchedTokens, reserved, standing }: CandidateFacts,
): PlacementCandidate => {
  const { load } = topics
  return {
    nodeId: node.nodeId,
    name: node.name,
    isSelf: node.isSelf,
    isUp: node.link !== 'down',
    isDraining: load?.isDraining ?? false,
    standing,
    hasCapability: hasCapability(topics, wish.capability),
    model: modelOf(topics, wish),
    rttMs: node.isSelf ? 0 : (node.rttMs ?? UNMEASURED_RTT_MS),
    ...workOf(load, wish),
    reservedRequests: reserved.requests,
    reservedTokens: reserved.tokens,
    ...speedsOf(topics, wish),
    budgetBytes: load?.budgetBytes ?? 0,
    heldBytes: load?.heldBytes ?? 0,
    matchedTokens,
  }
}

const hasCapability = ({ services }: CandidateTopics, capability: string): boolean =>
  services?.some(({ capabilities, state }) => state === 'up' && capabilities.includes(capability)) ?? false

/** Lists are replaced when they change, never changed: one map for each is enough, and it goes with its list. */
const mapsOfModels = new WeakMap<readonly NodeModel[], ReadonlyMap<ModelId, NodeModel>>()

const findModel = (models: readonly NodeModel[], id: ModelId): NodeModel | undefined => {
  let map = mapsOfModels.get(models)
  if (map === undefined) {
    map = new Map(models.map((model) => [model.id, model]))
    mapsOfModels.set(models, map)
  }
  return map.get(id)
}

const modelOf = (
  { load, models = [] }: CandidateTopics,
  wish: PlacementWish,
): PlacementCandidate['model'] => {
  if (wish.model === undefined) return undefined
  const model = findModel(models, wish.model)
  if (model === undefined) return undefined
  // One of another machine takes nothing here, and is open as far as anybody can tell.
  const isRemote = model.source === 'external'
  return {
    isWarm: isRemote || (load?.warm.includes(model.id) ?? false),
    isSound: model.defect === null,
    digest: model.digest,
    sizeBytes: isRemote ? 0 : model.sizeBytes,
  }
}

type Speeds = Pick<PlacementCandidate, 'prefillTokensPerSecond' | 'decodeTokensPerSecond' | 'loadMs'>

const speedsOf = ({ speeds }: CandidateTopics, wish: PlacementWish): Speeds => {
  const speed = speeds?.find(({ model }) => model === wish.model)
  return {
    prefillTokensPerSecond: speed?.prefillTokensPerSecond ?? undefined,
    decodeTokensPerSecond: speed?.decodeTokensPerSecond ?? undefined,
    loadMs: speed?.loadMs ?? undefined,
  }
}

type Work = Pick<PlacementCandidate, 'slots' | 'running' | 'waiting' | 'pendingTokens' | 'otherRunning'>

/** A queue in which nobody has been yet is not told; it will have as many slots as the others of the node. */
const workOf = (load: NodeLoad | undefined, wish: PlacementWish): Work => {
  const lanes = load?.lanes ?? []
  const lane = laneOfWish(wish)
  let work = NO_WORK
  for (const each of lanes) {
    const isOwn = wish.model === undefined ? each.lane.endsWith(lane) : each.lane === lane
    work = isOwn ? withLane(work, each) : { ...work, otherRunning: work.otherRunning + each.running }
  }
  return work.slots > 0 ? work : { ...work, slots: lanes[0]?.slots ?? UNTOLD_SLOTS }
}

const NO_WORK: Work = { slots: 0, running: 0, waiting: 0, pendingTokens: 0, otherRunning: 0 }

const withLane = (work: Work, lane: NodeLane): Work => ({
  slots: work.slots + lane.slots,
  running: work.running + lane.running,
  waiting: work.waiting + lane.waiting,
  pendingTokens: work.pendingTokens + lane.pendingTokens,
  otherRunning: work.otherRunning,
})
