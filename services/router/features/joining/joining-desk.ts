import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import { PROTOCOL_VERSION } from '../../policy/cluster/node-topics.ts'
import type { PairingCode } from '../../policy/pairing/pairing-code.ts'
import type { PeerAddress } from '../../policy/pairing/peer-address.ts'
import type { ClusterBundle, ClusterDesk } from '../cluster/cluster-desk.ts'
import { awaitWelcome, createAskHost, tellArrival } from './await-welcome.ts'
import type { AskHost } from './await-welcome.ts'
import { findInviter } from './find-inviter.ts'
import type { FindInviterPorts } from './find-inviter.ts'
import type { RevisionWait } from './invitation-desk.ts'
import { JoiningFailed, joiningFailureOf } from './joining-failed.ts'
import { Joining, viewJoining } from './joining.ts'
import type { JoiningView } from './joining.ts'
import type { NodeCardFacts } from './node-card.ts'
import type { Hello } from './pairing-messages.ts'
import type { NodeSigner, PairingCrypto } from './pairing-ports.ts'
import { proveCode } from './prove-code.ts'

const TELL_MS = 5000

export interface JoiningDeskPorts extends FindInviterPorts {
  readonly desk: Pick<ClusterDesk, 'enter'>
  readonly loadCrypto: () => Promise<PairingCrypto>
  readonly loadSigner: () => Promise<NodeSigner>
  readonly card: () => NodeCardFacts
  /** `clusterTagOf` the secret of the cluster that this node is in; null: in none, or it was shut out of it. */
  readonly clusterTag: () => string | null
  /** Unix milliseconds. */
  readonly now: () => number
  readonly log: Log
}

export interface JoinWish {
  readonly code: PairingCode
  /** Undefined: it is looked for on the local network. */
  readonly address: PeerAddress | undefined
}

/** This node's way into a cluster, for its owner: one try at a time, the last one can be looked at. */
export class JoiningDesk {
  readonly #ports: JoiningDeskPorts
  #joining: Joining | undefined

  constructor(ports: JoiningDeskPorts) {
    this.#ports = ports
  }

  /** Goes on by itself; `read` tells how far. @throws Fault `conflict` while another try is under way */
  start(wish: JoinWish): JoiningView {
    if (this.#joining !== undefined && !this.#joining.isOver)
      throw new Fault('conflict', 'This node is joining already. Cancel that first.')
    const joining = new Joining(`joining_${crypto.randomUUID()}`, this.#ports.clock)
    this.#joining = joining
    void this.#run(joining, wish)
    return viewJoining(joining)
  }

  /** @throws Fault `not_found` */
  async read(wait?: RevisionWait): Promise<JoiningView> {
    const joining = this.#current()
    if (wait !== undefined) {
      const isNews = (): boolean => joining.watch.revision > wait.after || joining.isOver
      await joining.watch.until(isNews, wait.waitMs, wait.signal)
    }
    return viewJoining(joining)
  }

  /** @param check digits that the person has compared. @throws Fault `not_found`, `conflict`, `invalid_request` */
  confirm(isAccepted: boolean, check: string): JoiningView {
    const joining = this.#current()
    const { host, phase } = joining
    if (phase.type !== 'confirming' || host === undefined)
      throw new Fault('conflict', 'Nothing waits to be confirmed.')
    if (isAccepted && check !== host.channel.checkDigits)
      throw new Fault(
        'invalid_request',
        "Invalid 'check': these are not the digits of the node that was found.",
        {
          param: 'check',
        },
      )
    joining.apply({ type: 'answered-here', answer: isAccepted ? 'yes' : 'no' })
    return viewJoining(joining)
  }

  /** @throws Fault `not_found`, `conflict` when it is too late */
  cancel(): JoiningView {
    const joining = this.#current()
    if (joining.phase.type === 'entering' || joining.phase.type === 'joined')
      throw new Fault('conflict', 'This node has joined already. It can leave.')
    joining.stop()
    joining.apply({ type: 'failed', problem: 'cancelled-here' })
    return viewJoining(joining)
  }

  /** The node goes. */
  close(): void {
    if (this.#joining?.isOver === false && this.#joining.phase.type !== 'entering') this.cancel()
  }

  #current(): Joining {
    if (this.#joining === undefined)
      throw new Fault('not_found', 'This node has not tried to join since it was started.')
    return this.#joining
  }

  async #run(joining: Joining, wish: JoinWish): Promise<void> {
    const { log } = this.#ports
    try {
      await this.#join(joining, wish)
      log.info({ hostId: joining.host?.nodeId }, 'joined a cluster')
    } catch (error) {
      // It was cancelled, and says so already.
      if (joining.stopped.aborted) return
      const failure = joiningFailureOf(error)
      joining.attemptsLeft = failure.attemptsLeft ?? joining.attemptsLeft
      if (failure.problem === 'failed') log.error({ err: failure.cause }, 'joining a cluster failed')
      joining.apply({ type: 'failed', problem: failure.problem })
      log.info({ problem: failure.problem }, 'did not join')
    }
  }

  async #join(joining: Joining, wish: JoinWish): Promise<void> {
    const { card, clock, loadCrypto, loadSigner, now, wire } = this.#ports
    const signal = joining.stopped
    const [pairingCrypto, signer] = await Promise.all([loadCrypto(), loadSigner()])
    const inviter = await findInviter(wish, this.#ports, signal)
    checkHello(inviter.hello, signer, this.#ports.clusterTag())
    joining.apply({ type: 'found' })
    const tools = { wire, signer, now, card: card(), crypto: pairingCrypto }
    const proved = await proveCode(wish.code, inviter, tools, signal)
    joining.host = proved.host
    joining.warnings = proved.warnings
    joining.apply({ type: 'proved' })
    const ask = createAskHost(joining, proved)
    const bundle = await awaitWelcome(joining, ask, { clock, signal }).catch(async (error: unknown) => {
      // The other side need not wait for somebody who has gone.
      if (signal.aborted) await tellNo(ask)
      throw error
    })
    await this.#enter(joining, bundle, ask)
  }

  async #enter(joining: Joining, bundle: ClusterBundle, ask: AskHost): Promise<void> {
    try {
      await this.#ports.desk.enter(bundle)
    } catch (error) {
      if (error instanceof Fault) joining.detail = error.message
      await tellArrival(ask, 'not-arrived', AbortSignal.timeout(TELL_MS))
      throw error
    }
    joining.apply({ type: 'entered' })
    await tellArrival(ask, 'arrived', AbortSignal.timeout(TELL_MS))
  }
}

const tellNo = (ask: AskHost): Promise<void> =>
  ask('no', AbortSignal.timeout(TELL_MS)).then(
    () => undefined,
    () => undefined,
  )

/** What can be told before any attempt is spent. @throws JoiningFailed */
const checkHello = (hello: Hello, signer: NodeSigner, ownTag: string | null): void => {
  if (hello.protocolVersion !== PROTOCOL_VERSION) throw new JoiningFailed('protocol-version')
  if (hello.nodeId === signer.nodeId) throw new JoiningFailed('no-such-invitation')
  if (ownTag === null) return
  throw new JoiningFailed(ownTag === hello.clusterTag ? 'already-member' : 'in-another-cluster')
}
