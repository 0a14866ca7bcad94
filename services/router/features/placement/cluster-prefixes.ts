import type { ModelId } from '@shared/inference/model-card.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { tokensOfBlocks } from '../../policy/placement/prefix-blocks.ts'
import type { PrefixChain } from '../../policy/placement/prefix-chain.ts'
import { PrefixIndex } from '../../policy/placement/prefix-index.ts'
import { readPrefixWord } from '../../policy/placement/prefix-words.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { ClusterChange, ClusterNode, ClusterView } from '../cluster/cluster-view.ts'
import { PrefixNews } from './prefix-news.ts'

/** A frame with more is not of this version. */
const MOST_WORDS = 1024

export interface ClusterPrefixesPorts {
  readonly view: Pick<ClusterView, 'self' | 'nodes' | 'find'>
  /** Tells all nodes that are up; what gets lost is learned with the next request. */
  readonly sayPrefixes: (model: ModelId, hashes: readonly string[]) => void
  readonly clock: RouterClock
}

/** What a node had when it was last looked at: what is gone from it has taken its cache along. */
interface KnownLife {
  /** Of its process; undefined until it says. */
  readonly startedAt: number | undefined
  readonly warm: readonly ModelId[]
}

/** Which node has which beginnings of prompts in its cache, as far as can be told from outside. */
export class ClusterPrefixes {
  private readonly index = new PrefixIndex()
  private readonly news: PrefixNews
  private readonly lives = new Map<NodeId, KnownLife>()

  constructor(private readonly ports: ClusterPrefixesPorts) {
    const { clock, sayPrefixes, view } = ports
    this.news = new PrefixNews({ selfId: view.self.nodeId, say: sayPrefixes, clock })
  }

  get sizeBytes(): number {
    return this.index.sizeBytes
  }

  /** Tokens, roughly, at the prompt's beginning that the node has worked on. */
  matchedTokens(nodeId: NodeId, model: ModelId | undefined, prefix: PrefixChain | undefined): number {
    if (model === undefined || prefix === undefined) return 0
    return tokensOfBlocks(this.index.matchedBlocks(nodeId, model, prefix.hashes))
  }

  /** A node works on this prompt; the others are told when it is this one. */
  onWorked(nodeId: NodeId, model: ModelId, prefix: PrefixChain): void {
    this.index.add(nodeId, model, prefix.hashes)
    if (nodeId === this.ports.view.self.nodeId) this.news.add(model, prefix)
  }

  /** A `prefixes` frame: what the sender says of itself. Anything that is not as it should be is not heard. */
  onPrefixes(nodeId: NodeId, model: string, words: readonly string[]): void {
    const sender = this.ports.view.find(nodeId)
    if (sender === undefined || sender.isSelf || words.length > MOST_WORDS) return
    const known = sender.topics.models?.find(({ id }) => id === model)
    if (known === undefined) return
    for (const word of words) {
      const hashes = readPrefixWord(word)
      if (hashes !== undefined) this.index.add(nodeId, known.id, hashes)
    }
  }

  onChange(change: ClusterChange): void {
    if (change.type === 'members') this.forgetStrangers()
    else if (change.type === 'link') {
      if (change.link === 'up') this.news.startOver()
    } else if (change.topic === 'load' || change.topic === 'identity') this.look(change.nodeId)
  }

  stop(): void {
    this.news.stop()
  }

  private look(nodeId: NodeId): void {
    const node = this.ports.view.find(nodeId)
    if (node === undefined) return
    const before = this.lives.get(nodeId)
    const now = lifeOf(node)
    this.lives.set(nodeId, now)
    if (before === undefined) return
    if (before.startedAt !== undefined && before.startedAt !== now.startedAt) this.index.forget(nodeId)
    for (const model of before.warm) {
      if (now.warm.includes(model)) continue
      this.index.forget(nodeId, model)
      if (node.isSelf) this.news.forget(model)
    }
  }

  private forgetStrangers(): void {
    const members = new Set(this.ports.view.nodes.map(({ nodeId }) => nodeId))
    for (const nodeId of this.lives.keys()) {
      if (members.has(nodeId)) continue
      this.lives.delete(nodeId)
      this.index.forget(nodeId)
    }
  }
}

const lifeOf = ({ topics }: ClusterNode): KnownLife => ({
  startedAt: topics.identity?.startedAt,
  warm: topics.load?.warm ?? [],
})
