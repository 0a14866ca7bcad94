import type { ModelId } from '@shared/inference/model-card.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { PrefixChain } from '../../policy/placement/prefix-chain.ts'
import { PrefixIndex } from '../../policy/placement/prefix-index.ts'
import { writePrefixWord } from '../../policy/placement/prefix-words.ts'
import type { RouterClock } from '../admission/router-clock.ts'

/** What is worked on within this time is told together. */
const TOGETHER_MS = 200
/** One message; what is more than that is told no more, which costs a node that does not know it a slower answer. */
const MOST_WORDS = 256
/** Of so many blocks it is known that they were told: 2.6 MB. */
const REMEMBERED_BUCKETS = 2 ** 15

export interface PrefixNewsPorts {
  readonly selfId: NodeId
  /** To all nodes that are up. */
  readonly say: (model: ModelId, hashes: readonly string[]) => void
  readonly clock: RouterClock
}

/** Tells the other nodes on which prompts this one has worked. A conversation that goes on costs only its new blocks. */
export class PrefixNews {
  private told = new PrefixIndex(REMEMBERED_BUCKETS)
  private readonly untold = new Map<ModelId, string[]>()
  private cancelTelling: (() => void) | undefined

  constructor(private readonly ports: PrefixNewsPorts) {}

  add(model: ModelId, { hashes }: PrefixChain): void {
    const { clock, selfId } = this.ports
    const known = this.told.matchedBlocks(selfId, model, hashes)
    if (known === hashes.length) return
    const words = this.untold.get(model) ?? []
    this.untold.set(model, words)
    if (words.length >= MOST_WORDS) return
    words.push(writePrefixWord(hashes.slice(known)))
    this.told.add(selfId, model, hashes)
    this.cancelTelling ??= clock.after(TOGETHER_MS, () => this.tell())
  }

  /** Its cache is gone: what comes is new again. */
  forget(model: ModelId): void {
    this.told.forget(this.ports.selfId, model)
    this.untold.delete(model)
  }

  /** Somebody has come who knows nothing: from now on everything is new again. */
  startOver(): void {
    this.told.forget(this.ports.selfId)
  }

  stop(): void {
    this.cancelTelling?.()
    this.cancelTelling = undefined
  }

  private tell(): void {
    this.cancelTelling = undefined
    for (const [model, words] of this.untold) this.ports.say(model, words)
    this.untold.clear()
  }
}
