import type { ModelId } from '@shared/inference/model-card.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { chooseNode } from '../../policy/placement/choose-node.ts'
import {
  afterAbandoned,
  afterFailure,
  afterFirstByte,
  afterSent,
  afterSuccess,
  GOOD_STANDING,
  standingAt,
} from '../../policy/placement/node-standing.ts'
import type { NodeStanding } from '../../policy/placement/node-standing.ts'
import type {
  PlacementCandidate,
  PlacementDecision,
  PlacementPolicy,
} from '../../policy/placement/placement.ts'
import type { PrefixChain } from '../../policy/placement/prefix-chain.ts'
import { Reservations } from '../../policy/placement/reservations.ts'
import type { ClusterChange, ClusterNode, ClusterView } from '../cluster/cluster-view.ts'
import { ClusterPrefixes } from './cluster-prefixes.ts'
import type { ClusterPrefixesPorts } from './cluster-prefixes.ts'
import { candidateOf, laneOfWish } from './node-candidates.ts'
import type { CandidateTopics } from './node-candidates.ts'
import type { NodePlacer, NodeWish, SentOutcome, SentRequest } from './node-placer.ts'

/** Between a request's arrival at a node and its being in the figures there. */
const COUNTED_AFTER_MS = 5
/** Of no request. */
const NO_RESERVATION = 0

export interface ClusterPlacerPorts extends ClusterPrefixesPorts {
  readonly view: ClusterView
  readonly policy: PlacementPolicy
  /** Of this node, as it is now: what it has announced may be older, and in no cluster it announces nothing. */
  readonly ownTopics: () => CandidateTopics
  /** From 0 up to, but not, 1. */
  readonly random: () => number
}

/** Chooses among the nodes of the view, and learns from what comes of it. */
export class ClusterPlacer implements NodePlacer {
  private readonly prefixes: ClusterPrefixes
  private readonly reservations = new Reservations()
  private readonly standings = new Map<NodeId, NodeStanding>()
  /** Requests that were sent, for each queue. */
  private readonly turns = new Map<string, number>()
  private readonly stopWatching: () => void

  constructor(private readonly ports: ClusterPlacerPorts) {
    this.prefixes = new ClusterPrefixes(ports)
    this.stopWatching = ports.view.onChange((change) => this.onChange(change))
  }

  get indexBytes(): number {
    return this.prefixes.sizeBytes
  }

  decide(wish: NodeWish, policy: PlacementPolicy = this.ports.policy): PlacementDecision {
    const lane = laneOfWish(wish)
    const nowMs = this.ports.clock.now()
    const candidates = this.ports.view.nodes.map((node) => this.candidate(wish, node, lane, nowMs))
    const tieBreak = { random: this.ports.random(), turn: this.turns.get(lane) ?? 0 }
    return chooseNode(wish, candidates, policy, tieBreak)
  }

  onSent(nodeId: NodeId, wish: NodeWish): SentRequest {
    const nowMs = this.ports.clock.now()
    const lane = laneOfWish(wish)
    this.turns.set(lane, (this.turns.get(lane) ?? 0) + 1)
    const wasProbe = standingAt(this.standingOf(nodeId), nowMs) === 'probe'
    this.standings.set(nodeId, afterSent(this.standingOf(nodeId), nowMs))
    const reservation = this.reserve(nodeId, wish, lane)
    let isOver = false
    return {
      onFirstByte: () => {
        if (isOver) return
        this.reservations.onFirstByte(reservation, wish.answerTokens)
        this.standings.set(nodeId, afterFirstByte(this.standingOf(nodeId), wasProbe))
        this.learn(nodeId, wish)
      },
      onEnd: (outcome) => {
        if (isOver) return
        isOver = true
        this.reservations.release(reservation)
        this.judge(nodeId, outcome, wasProbe)
      },
    }
  }

  /** This node works on a request that another node has placed here: its cache has the prompt from now on. */
  onWorked(model: ModelId, prefix: PrefixChain): void {
    this.prefixes.onWorked(this.ports.view.self.nodeId, model, prefix)
  }

  /** A `prefixes` frame came. */
  onPrefixes(nodeId: NodeId, model: string, hashes: readonly string[]): void {
    this.prefixes.onPrefixes(nodeId, model, hashes)
  }

  stop(): void {
    this.stopWatching()
    this.prefixes.stop()
  }

  private candidate(wish: NodeWish, node: ClusterNode, lane: string, nowMs: number): PlacementCandidate {
    const { nodeId } = node
    return candidateOf(wish, node, this.topicsOf(node), {
      standing: standingAt(this.standingOf(nodeId), nowMs),
      reserved: this.reservations.of(nodeId, lane, nowMs),
      matchedTokens: this.prefixes.matchedTokens(nodeId, wish.model, wish.prefix),
    })
  }

  private topicsOf({ isSelf, topics }: ClusterNode): CandidateTopics {
    return isSelf ? { ...topics, ...this.ports.ownTopics() } : topics
  }

  private standingOf(nodeId: NodeId): NodeStanding {
    return this.standings.get(nodeId) ?? GOOD_STANDING
  }

  /** This node needs none: its own figures count a request at once. */
  private reserve(nodeId: NodeId, wish: NodeWish, lane: string): number {
    if (nodeId === this.ports.view.self.nodeId) return NO_RESERVATION
    const matchedTokens = this.prefixes.matchedTokens(nodeId, wish.model, wish.prefix)
    const tokens = Math.max(0, wish.promptTokens - matchedTokens) + wish.answerTokens
    return this.reservations.add(nodeId, lane, tokens, this.ports.clock.now())
  }

  /** Only engines that write keep what they have read. */
  private learn(nodeId: NodeId, { capability, model, prefix }: NodeWish): void {
    if (capability === 'chat' && model !== undefined && prefix !== undefined)
      this.prefixes.onWorked(nodeId, model, prefix)
  }

  private judge(nodeId: NodeId, outcome: SentOutcome, wasProbe: boolean): void {
    const nowMs = this.ports.clock.now()
    const standing = this.standingOf(nodeId)
    const next = {
      answered: () => afterSuccess(standing, wasProbe),
      abandoned: () => afterAbandoned(standing, wasProbe),
      failed: () => afterFailure(standing, { wasUnreachable: false, wasProbe }, nowMs),
      unreachable: () => afterFailure(standing, { wasUnreachable: true, wasProbe }, nowMs),
    } satisfies Record<SentOutcome, () => NodeStanding>
    this.standings.set(nodeId, next[outcome]())
  }

  private onChange(change: ClusterChange): void {
    this.prefixes.onChange(change)
    if (change.type === 'members') this.forgetStrangers()
    else if (change.type === 'link') {
      // Whatever was wrong with the node was with the last link.
      if (change.link === 'up') this.standings.delete(change.nodeId)
      this.reservations.forget(change.nodeId)
    } else if (change.topic === 'load') {
      const rttMs = this.ports.view.find(change.nodeId)?.rttMs ?? 0
      this.reservations.onLoad(change.nodeId, rttMs + COUNTED_AFTER_MS, this.ports.clock.now())
    }
  }

  private forgetStrangers(): void {
    const members = new Set(this.ports.view.nodes.map(({ nodeId }) => nodeId))
    for (const nodeId of this.standings.keys()) if (!members.has(nodeId)) this.standings.delete(nodeId)
  }
}
