import type { NodeId } from '../../policy/cluster/node-id.ts'
import { isOver, joiningAfter } from '../../policy/pairing/joining-state.ts'
import type { JoiningEvent, JoiningPhase } from '../../policy/pairing/joining-state.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import { WORDS_OF_PROBLEM } from './joining-failed.ts'
import type { SealedChannel } from './pairing-ports.ts'
import { RevisionWatch } from './revision-watch.ts'

/** The inviting node, once it has proved to know the code. */
export interface JoiningHost {
  readonly nodeId: NodeId
  readonly name: string
  readonly version: string
  readonly address: string
  readonly channel: SealedChannel
}

/** One try of this node to join a cluster. */
export class Joining {
  readonly watch: RevisionWatch
  host: JoiningHost | undefined
  warnings: readonly string[] = []
  attemptsLeft: number | undefined
  /** Instead of the fixed words of a problem. */
  detail: string | undefined
  readonly #stopping = new AbortController()
  readonly #answered = new AbortController()
  #phase: JoiningPhase = { type: 'looking' }

  constructor(
    readonly id: string,
    clock: RouterClock,
  ) {
    this.watch = new RevisionWatch(clock)
  }

  get phase(): JoiningPhase {
    return this.#phase
  }

  get isOver(): boolean {
    return isOver(this.#phase)
  }

  /** Fires when the owner does not want to join any more. */
  get stopped(): AbortSignal {
    return this.#stopping.signal
  }

  /** Fires when the owner has said yes or no. */
  get answered(): AbortSignal {
    return this.#answered.signal
  }

  apply(event: JoiningEvent): void {
    const before = this.#phase
    this.#phase = joiningAfter(before, event)
    if (this.#phase === before) return
    this.watch.changed()
    if (event.type === 'answered-here') this.#answered.abort()
  }

  stop(): void {
    this.#stopping.abort()
  }
}

/** One try as the owner of the node sees it. */
export const viewJoining = ({ attemptsLeft, detail, host, id, phase, warnings, watch }: Joining) => ({
  id,
  object: 'cluster.joining' as const,
  revision: watch.revision,
  state: phase.type,
  problem: phase.type === 'failed' ? phase.problem : null,
  message: phase.type === 'failed' ? (detail ?? WORDS_OF_PROBLEM[phase.problem]) : null,
  attemptsLeft: attemptsLeft ?? null,
  isConfirmedHere:
    phase.type === 'confirming' ? phase.here === 'yes' : phase.type === 'entering' || phase.type === 'joined',
  isConfirmedThere:
    phase.type === 'confirming'
      ? phase.isConfirmedThere
      : phase.type === 'entering' || phase.type === 'joined',
  host:
    host === undefined
      ? null
      : {
          nodeId: host.nodeId,
          name: host.name,
          version: host.version,
          address: host.address,
          checkDigits: host.channel.checkDigits,
        },
  warnings,
})

export type JoiningView = ReturnType<typeof viewJoining>
