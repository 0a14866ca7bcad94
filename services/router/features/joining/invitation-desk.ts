import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { InvitationPhase } from '../../policy/pairing/invitation-state.ts'
import { PAIRING_CODE_BYTES, pairingCodeFrom } from '../../policy/pairing/pairing-code.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { ClusterDesk } from '../cluster/cluster-desk.ts'
import { Invitation } from './invitation.ts'
import { viewInvitation } from './invitation-view.ts'
import type { InvitationView } from './invitation-view.ts'
import type { HostTools } from './pairing-host.ts'
import type { NodeSigner, PairingCrypto } from './pairing-ports.ts'

/** So many that have ended are remembered. */
const KEPT = 10

export interface InvitationDeskPorts {
  readonly desk: Pick<ClusterDesk, 'open' | 'admit' | 'remove' | 'setInviting'>
  /** Loaded when the first invitation is made. */
  readonly loadCrypto: () => Promise<PairingCrypto>
  readonly loadSigner: () => Promise<NodeSigner>
  /** Whether the node was a member already: it comes back, and is not removed when that fails. */
  readonly isMember: (nodeId: string) => boolean
  readonly clock: RouterClock
  /** Unix milliseconds. */
  readonly now: () => number
  readonly log: Log
}

/** What was asked of a wait: the last revision that is known, and for how long. */
export interface RevisionWait {
  readonly after: number
  readonly waitMs: number
  readonly signal: AbortSignal
}

/** Invitations of this node, for its owner. One is open at a time. */
export class InvitationDesk {
  readonly #ports: InvitationDeskPorts
  readonly #invitations: Invitation[] = []
  #tools: HostTools | undefined
  #isOpening = false

  constructor(ports: InvitationDeskPorts) {
    this.#ports = ports
  }

  /** The one that is open, or was last. */
  get current(): (HostTools & { readonly invitation: Invitation }) | undefined {
    const invitation = this.#invitations[0]
    return invitation === undefined || this.#tools === undefined ? undefined : { ...this.#tools, invitation }
  }

  /** Newest first. */
  list(): readonly InvitationView[] {
    return this.#invitations.map(viewInvitation)
  }

  /** The doors for nodes are open afterwards. An invitation that nobody has answered is replaced. @throws Fault `conflict` */
  async open(): Promise<InvitationView> {
    if (this.#isOpening) throw new Fault('conflict', 'An invitation is being made already.')
    this.#isOpening = true
    try {
      return viewInvitation(await this.#open())
    } finally {
      this.#isOpening = false
    }
  }

  async #open(): Promise<Invitation> {
    const { clock, desk, loadCrypto, loadSigner, log, now } = this.#ports
    const [before] = this.#invitations
    if (before !== undefined && before.isLive && !before.isOpen)
      throw new Fault('conflict', 'A node is just joining. Confirm it or cancel that invitation first.')
    this.#tools ??= { crypto: await loadCrypto(), signer: await loadSigner() }
    const { addresses } = await desk.open()
    before?.apply({ type: 'cancelled' })
    const { crypto } = this.#tools
    const invitation = new Invitation({
      id: `invitation_${crypto.createId()}`,
      code: pairingCodeFrom(crypto.randomBytes(PAIRING_CODE_BYTES)),
      addresses,
      clock,
      now: now(),
      onPhase: (phase, changed) => this.#onPhase(phase, changed),
    })
    this.#invitations.unshift(invitation)
    this.#invitations.splice(KEPT)
    desk.setInviting(true)
    log.info({ invitation: invitation.id }, 'an invitation is open')
    return invitation
  }

  /** @throws Fault `not_found` */
  async read(id: string, wait?: RevisionWait): Promise<InvitationView> {
    const invitation = this.#find(id)
    if (wait !== undefined) {
      const isNews = (): boolean => invitation.watch.revision > wait.after || !invitation.isLive
      await invitation.watch.until(isNews, wait.waitMs, wait.signal)
    }
    return viewInvitation(invitation)
  }

  /** @param check digits that the person has compared. @throws Fault `not_found`, `conflict`, `invalid_request` */
  confirm(id: string, isAccepted: boolean, check: string): InvitationView {
    const invitation = this.#find(id)
    const { joiner, state } = invitation
    if (state.phase.type !== 'confirming' || joiner === undefined)
      throw new Fault('conflict', 'Nobody waits to be confirmed.')
    if (isAccepted && check !== joiner.channel.checkDigits)
      throw new Fault(
        'invalid_request',
        "Invalid 'check': these are not the digits of the node that waits.",
        {
          param: 'check',
        },
      )
    invitation.apply({ type: 'answered-here', answer: isAccepted ? 'yes' : 'no' })
    return viewInvitation(invitation)
  }

  /** @throws Fault `not_found`, `conflict` when it is too late */
  cancel(id: string): InvitationView {
    const invitation = this.#find(id)
    invitation.apply({ type: 'cancelled' })
    if (invitation.isLive) throw new Fault('conflict', 'The node has been let in already. Remove it instead.')
    return viewInvitation(invitation)
  }

  /** Code and address in one; '' when no invitation is open. */
  get joinString(): string {
    const invitation = this.#invitations[0]
    return invitation?.isOpen ? viewInvitation(invitation).join : ''
  }

  /** The node goes, or leaves its cluster. */
  close(): void {
    for (const invitation of this.#invitations) {
      invitation.apply({ type: 'cancelled' })
      invitation.close()
    }
  }

  #find(id: string): Invitation {
    const invitation = this.#invitations.find((one) => one.id === id)
    if (invitation === undefined) throw new Fault('not_found', 'There is no such invitation.')
    return invitation
  }

  #onPhase(phase: InvitationPhase, invitation: Invitation): void {
    const { desk, log } = this.#ports
    const { joiner } = invitation
    if (invitation === this.#invitations[0]) desk.setInviting(phase.type === 'open')
    log.info(
      { invitation: invitation.id, phase: phase.type, ...(joiner && { nodeId: joiner.nodeId }) },
      phase.type === 'ended' ? `an invitation has ended: ${phase.reason}` : 'an invitation goes on',
    )
    if (phase.type === 'admitting') void this.#admit(invitation)
    if (phase.type === 'ended' && phase.reason === 'arrival-failed') void this.#takeBack(invitation)
  }

  async #admit(invitation: Invitation): Promise<void> {
    const { desk, isMember, log } = this.#ports
    const { joiner } = invitation
    if (joiner === undefined) return
    const { name, nodeId } = joiner
    try {
      invitation.wasMember = isMember(nodeId)
      invitation.bundle = await desk.admit({ nodeId, name })
      invitation.apply({ type: 'admitted' })
    } catch (error) {
      log.error({ err: error, nodeId }, 'a node could not be let in')
      invitation.apply({ type: 'failed' })
    }
  }

  async #takeBack({ joiner, wasMember }: Invitation): Promise<void> {
    if (joiner === undefined || wasMember) return
    await this.#ports.desk
      .remove(joiner.nodeId)
      .catch((error: unknown) => this.#ports.log.error({ err: error }, 'a node was not shut out again'))
  }
}
