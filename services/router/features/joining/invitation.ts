import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { NodeAddress } from '../../policy/cluster/node-topics.ts'
import {
  INVITATION_MS,
  attemptRefusal,
  invitationAfter,
  newInvitation,
  nextDeadlineMs,
} from '../../policy/pairing/invitation-state.ts'
import type {
  InvitationEvent,
  InvitationPhase,
  InvitationState,
} from '../../policy/pairing/invitation-state.ts'
import type { PairingCode } from '../../policy/pairing/pairing-code.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { ClusterBundle } from '../cluster/cluster-desk.ts'
import type { HostProof, PairingParties, SealedChannel } from './pairing-ports.ts'
import { RevisionWatch } from './revision-watch.ts'

/** One attempt of somebody to prove that they know the code. */
export interface PairingAttempt {
  readonly parties: PairingParties
  readonly proof: HostProof
  /** Of whoever asks. */
  readonly address: string
  isFinishing: boolean
}

/** Who has proved to know the code. */
export interface Joiner {
  readonly pairingId: string
  readonly nodeId: NodeId
  readonly name: string
  readonly version: string
  readonly address: string
  readonly channel: SealedChannel
  readonly warnings: readonly string[]
}

export interface InvitationOptions {
  readonly id: string
  readonly code: PairingCode
  readonly addresses: readonly NodeAddress[]
  readonly clock: RouterClock
  /** Unix milliseconds. */
  readonly now: number
  readonly onPhase: (phase: InvitationPhase, invitation: Invitation) => void
}

/** One invitation of this node with all that belongs to it; how it goes on is decided in `invitationAfter`. */
export class Invitation {
  readonly id: string
  readonly code: PairingCode
  readonly addresses: readonly NodeAddress[]
  /** Unix milliseconds. */
  readonly expiresAt: number
  readonly pairings = new Map<string, PairingAttempt>()
  readonly watch: RevisionWatch
  joiner: Joiner | undefined
  /** What the joiner is to be given. */
  bundle: ClusterBundle | undefined
  /** It was a member before it was let in. */
  wasMember = false

  readonly #options: InvitationOptions
  #state: InvitationState
  #cancelTimer: () => void = () => undefined

  constructor(options: InvitationOptions) {
    this.#options = options
    this.id = options.id
    this.code = options.code
    this.addresses = options.addresses
    this.expiresAt = options.now + INVITATION_MS
    this.watch = new RevisionWatch(options.clock)
    this.#state = newInvitation(options.clock.now())
    this.#schedule()
  }

  get state(): InvitationState {
    return this.#state
  }

  get isOpen(): boolean {
    return this.#state.phase.type === 'open'
  }

  /** Neither joined nor ended. */
  get isLive(): boolean {
    return !['joined', 'ended'].includes(this.#state.phase.type)
  }

  /** Why nobody may begin to prove the code now; undefined: they may. */
  get refusal(): ReturnType<typeof attemptRefusal> {
    return attemptRefusal(this.#state, this.#options.clock.now())
  }

  apply(event: InvitationEvent): void {
    const before = this.#state
    this.#state = invitationAfter(before, event, this.#options.clock.now())
    if (this.#state === before) return this.#schedule()
    for (const pairingId of this.pairings.keys()) {
      if (this.#state.proving[pairingId] === undefined) this.pairings.delete(pairingId)
    }
    this.#schedule()
    // Signs of life are nothing that anybody waits for.
    if (event.type === 'heard' && before.phase.type === this.#state.phase.type) return
    this.watch.changed()
    if (this.#state.phase.type !== before.phase.type) this.#options.onPhase(this.#state.phase, this)
  }

  /** False when the pairing of this joiner is over, or another one was faster. */
  welcome(joiner: Joiner): boolean {
    if (this.#state.proving[joiner.pairingId] === undefined) return false
    this.joiner = joiner
    this.apply({ type: 'proved', pairingId: joiner.pairingId })
    const { phase } = this.#state
    return phase.type === 'confirming' && phase.pairingId === joiner.pairingId
  }

  /** No timer is left. */
  close(): void {
    this.#cancelTimer()
  }

  #schedule(): void {
    this.#cancelTimer()
    const deadline = nextDeadlineMs(this.#state)
    if (deadline === undefined) return
    const delayMs = Math.max(0, deadline - this.#options.clock.now())
    this.#cancelTimer = this.#options.clock.after(delayMs, () => this.apply({ type: 'tick' }))
  }
}
