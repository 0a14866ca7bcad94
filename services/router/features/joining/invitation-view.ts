import { MOST_PAIRING_ATTEMPTS } from '../../policy/pairing/invitation-state.ts'
import type { InvitationEnd, InvitationPhase } from '../../policy/pairing/invitation-state.ts'
import { showPairingCode } from '../../policy/pairing/pairing-code.ts'
import { showPeerAddress } from '../../policy/pairing/peer-address.ts'
import type { Invitation } from './invitation.ts'

/** What happened, and what to do next, for who invited. */
const WORDS_OF_END = {
  expired: 'The code has expired. Invite again for a new one.',
  'too-many-attempts':
    'A wrong code was tried three times, so this one is dead. Invite again for a new one, and look who else is on this network.',
  cancelled: 'The invitation was taken back.',
  'refused-here': 'You said no. Nothing of the cluster was told.',
  'refused-there': 'The other side said no.',
  'not-confirmed': 'Nobody confirmed in time. Invite again.',
  'other-side-gone': 'The joining node is gone. Invite again when it is back.',
  'arrival-failed': 'The other node could not enter, and was shut out again. Its own message says why.',
  'no-arrival':
    'The other node was let in and has not said that it arrived. Look whether it is among the nodes; if it never comes, remove it.',
  failed: 'This node could not let the other one in; its log says why.',
} as const satisfies Record<InvitationEnd, string>

/** One invitation as the owner of the node sees it. */
export const viewInvitation = (invitation: Invitation) => {
  const { addresses, code, expiresAt, id, joiner, state, watch } = invitation
  const { phase } = state
  const shownAddresses = addresses.map(({ dataPort, host }) => showPeerAddress({ host, port: dataPort }))
  return {
    id,
    object: 'cluster.invitation' as const,
    revision: watch.revision,
    state: phase.type,
    ending: phase.type === 'ended' ? phase.reason : null,
    message: phase.type === 'ended' ? WORDS_OF_END[phase.reason] : null,
    code: showPairingCode(code),
    /** Code and address in one, for `skein join`. */
    join: joinStringOf(showPairingCode(code), shownAddresses),
    addresses: shownAddresses,
    expiresAt: new Date(expiresAt).toISOString(),
    attemptsLeft: state.attemptsLeft,
    failedAttempts: failedAttemptsOf(invitation),
    isConfirmedHere: hasSaidYes(phase, 'here'),
    isConfirmedThere: hasSaidYes(phase, 'there'),
    joiner:
      joiner === undefined
        ? null
        : {
            nodeId: joiner.nodeId,
            name: joiner.name,
            version: joiner.version,
            address: joiner.address,
            checkDigits: joiner.channel.checkDigits,
          },
    warnings: joiner?.warnings ?? [],
  }
}

export type InvitationView = ReturnType<typeof viewInvitation>

/** Who is just proving the code may have the right one. */
const failedAttemptsOf = ({ joiner, state: { attemptsLeft, proving } }: Invitation): number => {
  const rightOnes = joiner === undefined ? 0 : 1
  return MOST_PAIRING_ATTEMPTS - attemptsLeft - Object.keys(proving).length - rightOnes
}

/** `XX-XXXX-XXXX@192.168.1.5:8081` */
const joinStringOf = (code: string, [address]: readonly string[]): string =>
  address === undefined ? code : `${code}@${address}`

const hasSaidYes = (phase: InvitationPhase, side: 'here' | 'there'): boolean =>
  phase.type === 'confirming'
    ? phase[side] === 'yes'
    : phase.type === 'admitting' || phase.type === 'admitted' || phase.type === 'joined'
