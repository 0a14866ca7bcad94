import type { NodeMemory } from '@shared/contracts/memory-lease.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { NodeModel, NodeTopics, TopicName } from '../../policy/cluster/node-topics.ts'
import type { LaneFigures } from '../../policy/admission/admission-queue.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import { isInMemory } from '../models/node-models.ts'
import type { NodeModels } from '../models/node-models.ts'

/** What this node can see of itself; the identity is told by who opens its doors. */
export interface SelfReportPorts {
  readonly services: () => NodeTopics['services']
  readonly models: Pick<NodeModels, 'cards' | 'states'>
  readonly lanes: () => readonly LaneFigures[]
  /** Rejects while model-store cannot be asked. */
  readonly fetchMemory: () => Promise<NodeMemory>
  readonly speeds: () => NodeTopics['speeds']
  readonly fetchBackends: () => Promise<NodeTopics['backends']>
  readonly links: () => NodeTopics['links']
  readonly spending: () => NodeTopics['spending']
  readonly clock: RouterClock
  readonly log: Log
}

export interface SelfReportSink {
  readonly isDraining: boolean
  /** What is the same as before is not told again: that is the sink's affair. */
  announce<Topic extends TopicName>(topic: Topic, value: NodeTopics[Topic]): void
}

/** Lanes change with every request; whoever places by them counts what it has sent itself. */
const EVERY_MS = 100
/** What another service must be asked for, and what changes with loads that take seconds. */
const ASK_EVERY_MS = 500
const BACKENDS_EVERY_MS = 15_000

/** Says again and again how this node is, until `stop`. Never rejects: what cannot be learned stays as it was told last. */
export class SelfReport {
  private memory: NodeMemory = { budgetBytes: 0, held: [] }
  private warm: NodeTopics['load']['warm'] = []
  private told: { readonly cards: readonly ModelCard[] | undefined; readonly models: readonly NodeModel[] } =
    {
      cards: undefined,
      models: [],
    }
  private readonly cancels = new Map<string, () => void>()
  private isStopped = false

  constructor(
    private readonly ports: SelfReportPorts,
    private readonly sink: SelfReportSink,
  ) {}

  start(): void {
    this.repeat('plain', EVERY_MS, () => Promise.resolve(this.tellPlain()))
    this.repeat('asked', ASK_EVERY_MS, () => this.ask())
    this.repeat('backends', BACKENDS_EVERY_MS, async () =>
      this.sink.announce('backends', await this.ports.fetchBackends()),
    )
  }

  stop(): void {
    this.isStopped = true
    for (const cancel of this.cancels.values()) cancel()
  }

  /** Now, and then again `everyMs` after each time. */
  private repeat(name: string, everyMs: number, work: () => Promise<void>): void {
    const again = (): void => {
      if (this.isStopped) return
      this.cancels.set(
        name,
        this.ports.clock.after(everyMs, () => void round()),
      )
    }
    const round = (): Promise<void> =>
      work()
        .catch((error: unknown) =>
          this.ports.log.debug({ err: error, of: name }, 'not all is known of this node'),
        )
        .finally(again)
    void round()
  }

  private async ask(): Promise<void> {
    const [memory, states] = await Promise.all([this.ports.fetchMemory(), this.ports.models.states()])
    this.memory = memory
    this.warm = states
      .filter(isInMemory)
      .toSorted((one, other) => (other.lastUsedAt ?? '').localeCompare(one.lastUsedAt ?? ''))
      .map(({ id }) => id)
  }

  /** As it is at this moment; what was announced may be older. */
  topics(): Pick<NodeTopics, 'services' | 'models' | 'load' | 'speeds'> {
    const { lanes, services, speeds } = this.ports
    const { memory, sink, warm } = this
    const heldBytes = memory.held.reduce((sum, { bytes }) => sum + bytes, 0)
    return {
      services: services(),
      models: this.models(),
      load: { isDraining: sink.isDraining, budgetBytes: memory.budgetBytes, heldBytes, lanes: lanes(), warm },
      speeds: speeds(),
    }
  }

  private tellPlain(): void {
    const { load, models, services, speeds } = this.topics()
    const { sink } = this
    if (this.ports.models.cards !== undefined) sink.announce('models', models)
    sink.announce('services', services)
    sink.announce('load', load)
    sink.announce('speeds', speeds)
    sink.announce('links', this.ports.links())
    sink.announce('spending', this.ports.spending())
  }

  /** The same list as long as nothing has changed: whoever compares need not look into it. */
  private models(): readonly NodeModel[] {
    const { cards } = this.ports.models
    if (this.told.cards !== cards) this.told = { cards, models: (cards ?? []).map(nodeModel) }
    return this.told.models
  }
}

const nodeModel = (card: ModelCard): NodeModel => ({
  id: card.id,
  name: card.name,
  aliases: card.aliases,
  capabilities: card.capabilities,
  isTestModel: card.isTestModel,
  defect: card.defect ?? null,
  source: card.source,
  digest: card.digest ?? null,
  architecture: card.architecture,
  quantization: card.quantization,
  parameterCount: card.parameterCount,
  sizeBytes: card.sizeBytes,
  contextLength: card.shape.contextLength,
})
