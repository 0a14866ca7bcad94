import type { ClusterNode, ClusterView } from '@service/router/features/cluster/cluster-view.ts'
import type { RouterCluster } from '@service/router/features/other-nodes/cluster-ways.ts'
import { PeerUnreachable } from '@service/router/features/other-nodes/peer-transport.ts'
import type {
  DialledSocket,
  OutboundRequest,
  WebSocketDial,
} from '@service/router/features/forwarding/service-transport.ts'
import type { NodePlacer, NodeWish, SentOutcome } from '@service/router/features/placement/node-placer.ts'
import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeModel } from '@service/router/policy/cluster/node-topics.ts'
import type { PlacementRejection, RankedCandidate } from '@service/router/policy/placement/placement.ts'
import { scriptedCard } from './scripted-node.ts'

type Answer = (request: OutboundRequest) => Response | Promise<Response>

/** Another node, whose answers the test writes. It is asked what has been admitted and placed by the router under test. */
export interface ScriptedPeer {
  readonly name: string
  models: readonly NodeModel[]
  isUp: boolean
  answer: Answer
  dial: (request: WebSocketDial) => DialledSocket | Response
  /** What it was asked, as `METHOD /path`. */
  readonly seen: string[]
  readonly requests: OutboundRequest[]
}

export interface ScriptedNodes {
  readonly cluster: RouterCluster
  readonly self: ClusterNode
  peer(name: string): ScriptedPeer
  /** Names of nodes, best first; all others come after them. */
  order: readonly string[]
  /** What was placed, and how it ended, as `name outcome`. */
  readonly wishes: NodeWish[]
  readonly outcomes: string[]
}

const NODE_KEY = '1'.repeat(44)

/** An id whose end is the name, in the alphabet of ids. */
export const nodeIdFor = (name: string): NodeId => {
  const tail = name.replaceAll(/[^1-9A-HJ-NP-Za-km-z]/g, 'x')
  return parseNodeId(`12D3KooW${NODE_KEY}`.slice(0, 52 - tail.length) + tail)!
}

export const nodeModel = (id: string, changes: Partial<NodeModel> = {}): NodeModel => {
  const card = scriptedCard(id)
  return {
    id: card.id,
    name: card.name,
    aliases: [],
    capabilities: ['chat', 'embed'],
    isTestModel: false,
    defect: null,
    source: 'skein',
    digest: null,
    architecture: 'llama',
    quantization: 'F16',
    parameterCount: 1000,
    sizeBytes: 1000,
    contextLength: 8192,
    ...changes,
  }
}

/** The unreachable end of a network. */
export const unreachable =
  (name: string): Answer =>
  () => {
    throw new PeerUnreachable(nodeIdFor(name), new Error('ECONNREFUSED'))
  }

const createPeer = (name: string, models: readonly string[]): ScriptedPeer => {
  const peer: ScriptedPeer = {
    name,
    models: models.map((id) => nodeModel(id)),
    isUp: true,
    answer: () => Response.json({ by: name }),
    dial: () => new Response(null, { status: 404 }),
    seen: [],
    requests: [],
  }
  return peer
}

const nodeOf = (peer: ScriptedPeer): ClusterNode => ({
  nodeId: nodeIdFor(peer.name),
  name: peer.name,
  isSelf: false,
  link: peer.isUp ? 'up' : 'down',
  trouble: peer.isUp ? undefined : 'silent',
  rttMs: 1,
  lastSeenAt: Date.parse('2026-11-21T12:00:00Z'),
  clockSkewMs: 0,
  topics: { models: peer.models },
})

const selfNode = (name: string): ClusterNode => ({
  nodeId: nodeIdFor(name),
  name,
  isSelf: true,
  link: 'self',
  trouble: undefined,
  rttMs: 0,
  lastSeenAt: undefined,
  clockSkewMs: 0,
  topics: {},
})

/**
 * The ports of a cluster around the router of a test, which is the node `attic`.
 * @param ownModels what this node would be chosen for
 */
export const createScriptedNodes = (
  ownModels: readonly string[],
  peers: Readonly<Record<string, readonly string[]>>,
): ScriptedNodes => {
  const self = selfNode('attic')
  const all = Object.entries(peers).map(([name, models]) => createPeer(name, models))
  const peer = (name: string): ScriptedPeer => {
    const found = all.find((each) => each.name === name)
    if (found === undefined) throw new Error(`There is no node ${name}`)
    return found
  }
  const nodes: ScriptedNodes = {
    cluster: {
      view: createView(self, all),
      placer: createPlacer(ownModels, all, () => nodes),
      peers: createPeers(all),
      prefixOf: () => undefined,
    },
    self,
    peer,
    order: [],
    wishes: [],
    outcomes: [],
  }
  return nodes
}

const createView = (self: ClusterNode, peers: readonly ScriptedPeer[]): ClusterView => {
  const nodes = () => [self, ...peers.map(nodeOf)]
  return {
    clusterId: 'test',
    self,
    get nodes() {
      return nodes()
    },
    find: (nodeId) => nodes().find((node) => node.nodeId === nodeId),
    named(text) {
      const meant = nodes().filter(
        ({ name, nodeId }) => name.toLowerCase() === text.toLowerCase() || nodeId === text,
      )
      return meant.length === 1 ? meant[0] : undefined
    },
    onChange: () => () => undefined,
  }
}

const createPeers = (peers: readonly ScriptedPeer[]): RouterCluster['peers'] => {
  const find = (nodeId: NodeId): ScriptedPeer => {
    const peer = peers.find(({ name }) => nodeIdFor(name) === nodeId)
    if (peer === undefined) throw new PeerUnreachable(nodeId, new Error('No such node'))
    return peer
  }
  return {
    async send(nodeId, request) {
      const peer = find(nodeId)
      peer.seen.push(`${request.method} ${request.pathAndQuery}`)
      peer.requests.push(request)
      return await peer.answer(request)
    },
    dial: async (nodeId, request) => find(nodeId).dial(request),
  }
}

/** Takes the nodes in the order of the test; who is down, has failed or does not have the model is rejected. */
const createPlacer = (
  ownModels: readonly string[],
  peers: readonly ScriptedPeer[],
  script: () => Pick<ScriptedNodes, 'order' | 'wishes' | 'outcomes'>,
): NodePlacer => ({
  decide(wish) {
    const own = { name: 'attic', isUp: true, models: ownModels.map((id) => nodeModel(id)) }
    const rejections: PlacementRejection[] = []
    const able = [own, ...peers].filter((node) => {
      const reason = rejectionOf(node, wish)
      if (reason === undefined) return true
      rejections.push({ nodeId: nodeIdFor(node.name), name: node.name, reason })
      return false
    })
    const rank = (name: string) => (script().order.includes(name) ? script().order.indexOf(name) : 99)
    const ranking = able.toSorted((one, other) => rank(one.name) - rank(other.name)).map(rankedOf)
    return { policy: 'best', ranking, rejections }
  },
  onSent(nodeId, wish) {
    script().wishes.push(wish)
    const name = [{ name: 'attic' }, ...peers].find((node) => nodeIdFor(node.name) === nodeId)?.name ?? '?'
    let isOver = false
    return {
      onFirstByte: () => undefined,
      onEnd(outcome: SentOutcome) {
        if (!isOver) script().outcomes.push(`${name} ${outcome}`)
        isOver = true
      },
    }
  },
})

const rejectionOf = (
  { isUp, models, name }: Pick<ScriptedPeer, 'name' | 'isUp' | 'models'>,
  { excluded, model, onlyNode }: NodeWish,
): PlacementRejection['reason'] | undefined => {
  const found = models.find(({ id }) => id === model)
  if (!isUp) return 'down'
  if (excluded.includes(nodeIdFor(name))) return 'excluded'
  if (onlyNode !== undefined && onlyNode !== nodeIdFor(name)) return 'not-the-owner'
  if (model !== undefined && found === undefined) return 'no-model'
  return found !== undefined && found.defect !== null ? 'broken-model' : undefined
}

const rankedOf = ({ name }: Pick<ScriptedPeer, 'name'>): RankedCandidate => ({
  nodeId: nodeIdFor(name),
  name,
  score: 1,
  cost: { networkMs: 1, queueMs: 0, loadMs: 0, prefillMs: 0, decodeMs: 0, pressureMs: 0 },
  matchedTokens: 0,
  isWarm: true,
})
