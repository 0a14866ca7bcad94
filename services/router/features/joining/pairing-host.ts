import { Value } from '@sinclair/typebox/value'
import { parseNodeId } from '../../policy/cluster/node-id.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { PROTOCOL_VERSION } from '../../policy/cluster/node-topics.ts'
import { tagOfPairingCode } from '../../policy/pairing/pairing-code.ts'
import type { InvitationEvent } from '../../policy/pairing/invitation-state.ts'
import type { PairingProblem } from '../../policy/pairing/pairing-problem.ts'
import type { Invitation, Joiner, PairingAttempt } from './invitation.ts'
import { clockWarnings, openNodeCard, sealNodeCard } from './node-card.ts'
import type { NodeCardFacts } from './node-card.ts'
import { WaitQuestion } from './pairing-messages.ts'
import type {
  FinishBody,
  FinishReply,
  Hello,
  StartBody,
  StartReply,
  StopBody,
  WaitAnswer,
  WaitBody,
  WaitReply,
} from './pairing-messages.ts'
import type { NodeSigner, PairingCrypto } from './pairing-ports.ts'
import { PROBLEM_OF_END, PairingRefused } from './pairing-refused.ts'

/** How long a question of the joining node is held while nothing happens. */
const HOLD_MS = 20_000

/** What nodes that are not members may see of this one. */
export interface OwnDoor {
  readonly nodeId: NodeId
  /** PEM. */
  readonly certificate: string
  /** `clusterTagOf` the secret; null: it is in no cluster. */
  readonly clusterTag: string | null
  /** Of libp2p; null: it is in no cluster. */
  readonly linkPort: number | null
}

/** What is there while this node has an invitation. */
export interface HostTools {
  readonly crypto: PairingCrypto
  readonly signer: NodeSigner
}

export interface PairingHostPorts {
  readonly door: () => OwnDoor
  readonly card: () => NodeCardFacts
  /** The invitation that is open, or was last, with what is needed for it. */
  readonly current: () => (HostTools & { readonly invitation: Invitation }) | undefined
  /** Unix milliseconds. */
  readonly now: () => number
}

/** The inviting end of a pairing: what a stranger may ask, step by step. All of it comes from anybody at all. */
export interface PairingHost {
  hello(): Hello
  /** @throws PairingRefused, as all that follow; Fault `invalid_request` */
  start(body: StartBody, address: string): StartReply
  finish(body: FinishBody): Promise<FinishReply>
  wait(body: WaitBody, signal: AbortSignal): Promise<WaitReply>
  stop(body: StopBody): void
}

export const createPairingHost = (ports: PairingHostPorts): PairingHost => {
  const current = () => {
    const found = ports.current()
    if (found === undefined) throw new PairingRefused('no-such-invitation')
    return found
  }
  const holds = new WeakMap<Joiner, AbortController>()
  return {
    hello: () => helloOf(ports),
    start: (body, address) => startPairing(body, address, { ...current(), door: ports.door() }),
    finish: (body) => finishPairing(body, current(), ports),
    stop({ pairing }) {
      const { invitation } = current()
      if (invitation.pairings.has(pairing)) invitation.apply({ type: 'attempt-failed', pairingId: pairing })
    },
    async wait(body, signal) {
      const { invitation } = current()
      const joiner = joinerOf(invitation, body.pairing)
      const question = await joiner.channel.open(`question ${body.number}`, body.sealed)
      if (!Value.Check(WaitQuestion, question)) throw new PairingRefused('broken-message')
      // The newest question counts: the one before is answered as things stand.
      holds.get(joiner)?.abort()
      const hold = new AbortController()
      holds.set(joiner, hold)
      hear(invitation, question.says)
      await untilNews(invitation, question, AbortSignal.any([signal, hold.signal]))
      return { sealed: await joiner.channel.seal(`answer ${body.number}`, answerOf(invitation)) }
    },
  }
}

const helloOf = ({ current, door, now }: PairingHostPorts): Hello => {
  const invitation = current()?.invitation
  return {
    ...door(),
    protocolVersion: PROTOCOL_VERSION,
    clock: now(),
    isInviting: invitation?.isOpen ?? false,
    invitationTag: invitation === undefined ? null : tagOfPairingCode(invitation.code),
  }
}

const startPairing = (
  body: StartBody,
  address: string,
  { crypto, door, invitation }: HostTools & { readonly invitation: Invitation; readonly door: OwnDoor },
): StartReply => {
  if (body.protocolVersion !== PROTOCOL_VERSION) throw new PairingRefused('protocol-version')
  const joinerId = parseNodeId(body.nodeId)
  if (joinerId === undefined || joinerId === door.nodeId) throw new PairingRefused('broken-message')
  if (body.tag !== tagOfPairingCode(invitation.code)) throw new PairingRefused('no-such-invitation')
  const { refusal } = invitation
  if (refusal !== undefined)
    throw new PairingRefused(refusal === 'used' ? 'used' : PROBLEM_OF_END[refusal], 0)
  const pairingId = crypto.createId()
  const parties = { pairingId, hostId: door.nodeId, joinerId, certificate: door.certificate }
  const proof = crypto.proof.answer(invitation.code, parties, body.request)
  invitation.apply({ type: 'attempt-start', pairingId })
  invitation.pairings.set(pairingId, { parties, proof, address, isFinishing: false })
  return { pairing: pairingId, reply: proof.reply, attemptsLeft: invitation.state.attemptsLeft }
}

/** Nobody gets further without the code; the second half of the proof shows who has it. */
const finishPairing = async (
  body: FinishBody,
  { crypto, invitation, signer }: HostTools & { readonly invitation: Invitation },
  { card, now }: Pick<PairingHostPorts, 'card' | 'now'>,
): Promise<FinishReply> => {
  const pairing = invitation.pairings.get(body.pairing)
  if (pairing === undefined) throw new PairingRefused(invitation.isOpen ? 'expired' : 'used')
  // Sent twice, it must not be proved twice.
  if (pairing.isFinishing) throw new PairingRefused('used')
  pairing.isFinishing = true
  const secret = pairing.proof.finish(body.proof)
  if (secret === undefined) throw failedAttempt(invitation, pairing, 'code-wrong')
  const channel = await crypto.channel(secret, pairing.parties, 'host')
  const { joinerId: nodeId, pairingId } = pairing.parties
  const joinersCard = await openNodeCard('joiner', body.sealed, { channel, signer, nodeId })
  if (joinersCard === undefined) throw failedAttempt(invitation, pairing, 'identity-not-proved')
  const { clock, name, version } = joinersCard
  const warnings = clockWarnings(clock, now())
  const joiner = { pairingId, nodeId, name, version, channel, address: pairing.address, warnings }
  if (!invitation.welcome(joiner)) throw new PairingRefused('used')
  return { sealed: await sealNodeCard('host', card(), { channel, signer, clock: now() }) }
}

const failedAttempt = (
  invitation: Invitation,
  { parties: { pairingId } }: PairingAttempt,
  problem: PairingProblem,
): PairingRefused => {
  invitation.apply({ type: 'attempt-failed', pairingId })
  return new PairingRefused(problem, invitation.state.attemptsLeft)
}

const joinerOf = ({ joiner }: Invitation, pairingId: string): Joiner => {
  if (joiner?.pairingId !== pairingId) throw new PairingRefused('no-such-invitation')
  return joiner
}

const hear = (invitation: Invitation, says: WaitQuestion['says']): void => {
  invitation.apply({ type: 'heard' })
  const event = EVENT_OF_WORD[says]
  if (event !== undefined) invitation.apply(event)
}

const EVENT_OF_WORD = {
  nothing: undefined,
  yes: { type: 'answered-there', answer: 'yes' },
  no: { type: 'answered-there', answer: 'no' },
  arrived: { type: 'arrived' },
  'not-arrived': { type: 'arrival-failed' },
} as const satisfies Record<WaitQuestion['says'], InvitationEvent | undefined>

/** Until something has happened that the joining node does not know, for a while at most. */
const untilNews = (
  invitation: Invitation,
  { knowsOfYes }: WaitQuestion,
  signal: AbortSignal,
): Promise<void> => {
  const isNews = (): boolean => {
    const { phase } = invitation.state
    if (phase.type === 'confirming') return phase.here === 'yes' && !knowsOfYes
    return phase.type !== 'admitting'
  }
  return invitation.watch.until(isNews, HOLD_MS, signal)
}

const answerOf = ({ bundle, state: { phase } }: Invitation): WaitAnswer => {
  switch (phase.type) {
    case 'admitted':
      return { type: 'welcome', bundle }
    case 'joined':
      return { type: 'joined' }
    case 'ended':
      return { type: 'ended', problem: PROBLEM_OF_END[phase.reason] }
    case 'confirming':
      return { type: 'waiting', hasConfirmed: phase.here === 'yes' }
    default:
      return { type: 'waiting', hasConfirmed: phase.type === 'admitting' }
  }
}
