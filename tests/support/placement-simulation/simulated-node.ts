import type { ModelSpeed, NodeLoad, NodeTopics } from '@service/router/policy/cluster/node-topics.ts'
import { loadFor } from './cluster-node-for.ts'
import { MODEL } from './placement-candidate.ts'
import { SimulatedEngine } from './simulated-engine.ts'
import type { EngineOptions } from './simulated-engine.ts'
import type { VirtualTime } from './virtual-time.ts'

/** A machine with one engine. */
export class SimulatedNode {
  readonly engine: SimulatedEngine
  private readonly speeds: readonly ModelSpeed[]
  isAlive = true
  /** An announcement is on its way. */
  isTelling = false

  constructor(
    private readonly options: EngineOptions,
    time: VirtualTime,
    onChange: () => void,
  ) {
    this.engine = new SimulatedEngine(options, time, onChange)
    const { decodeTokensPerSecond, loadMs, prefillTokensPerSecond } = options
    this.speeds = [{ model: MODEL, prefillTokensPerSecond, decodeTokensPerSecond, loadMs }]
  }

  get topics(): Pick<NodeTopics, 'load' | 'speeds'> {
    return { load: this.load, speeds: this.speeds }
  }

  get load(): NodeLoad {
    const { isWarm, pendingTokens, runningCount, waitingCount } = this.engine
    return loadFor({
      heldBytes: isWarm ? 5e9 : 0,
      warm: isWarm ? [MODEL] : [],
      lanes: [
        {
          lane: MODEL,
          slots: this.options.slots,
          running: runningCount,
          waiting: waitingCount,
          pendingTokens,
        },
      ],
    })
  }

  die(): void {
    this.isAlive = false
    this.engine.crash()
  }

  comeBack(): void {
    this.isAlive = true
  }
}
