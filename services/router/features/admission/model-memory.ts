import type { NodeMemory } from '@shared/contracts/memory-lease.ts'
import type { MemoryFacts } from '../../policy/admission/model-turns.ts'
import type { NodeModels } from '../models/node-models.ts'
import type { RouterClock } from './router-clock.ts'

/** Sizes change when models are loaded, which takes about as long. */
const ASK_AT_MOST_EVERY_MS = 1000

export interface ModelMemoryPorts {
  /** Rejects while model-store cannot be asked. */
  readonly fetchMemory: () => Promise<NodeMemory>
  readonly models: Pick<NodeModels, 'cards'>
  readonly clock: RouterClock
}

/** How much memory models take: asked for beside the requests, none of which waits for the answer. */
export class ModelMemory implements MemoryFacts {
  budgetBytes: number | undefined
  private readonly measuredBytes = new Map<string, number>()
  private askedAtMs = Number.NEGATIVE_INFINITY

  constructor(private readonly ports: ModelMemoryPorts) {}

  /** What it took when it was last in memory; else its file, for it takes no less. 0: nothing is known. */
  bytesOf(model: string): number {
    void this.ask()
    const measured = this.measuredBytes.get(model)
    return measured ?? this.ports.models.cards?.find(({ id }) => id === model)?.sizeBytes ?? 0
  }

  /** Never rejects: what was known stays known. */
  private async ask(): Promise<void> {
    const { clock, fetchMemory } = this.ports
    if (clock.now() - this.askedAtMs < ASK_AT_MOST_EVERY_MS) return
    this.askedAtMs = clock.now()
    const memory = await fetchMemory().catch(() => undefined)
    if (memory === undefined) return
    this.budgetBytes = memory.budgetBytes
    for (const { model } of memory.held) this.measuredBytes.delete(model)
    for (const { model, bytes } of memory.held) {
      this.measuredBytes.set(model, (this.measuredBytes.get(model) ?? 0) + bytes)
    }
  }
}
