import { isPairingProblem } from '../../policy/pairing/pairing-problem.ts'
import type { PairingProblem } from '../../policy/pairing/pairing-problem.ts'
import { HostRefused, HostUnreachable } from './pairing-ports.ts'

/** This node does not join after all. */
export class JoiningFailed extends Error {
  constructor(
    readonly problem: PairingProblem,
    /** What the code still has; undefined where that is not known. */
    readonly attemptsLeft?: number,
    options?: ErrorOptions,
  ) {
    super(`Not joined: ${problem}`, options)
    this.name = 'JoiningFailed'
  }
}

/** Any failure on the way, by its name. */
export const joiningFailureOf = (error: unknown): JoiningFailed => {
  if (error instanceof JoiningFailed) return error
  if (error instanceof HostUnreachable) return new JoiningFailed('no-answer', undefined, { cause: error })
  if (!(error instanceof HostRefused)) return new JoiningFailed('failed', undefined, { cause: error })
  const { attemptsLeft, problem } = error.refusal
  return new JoiningFailed(isPairingProblem(problem) ? problem : 'broken-message', attemptsLeft)
}

/** What happened, and what to do next, for who joins. */
export const WORDS_OF_PROBLEM = {
  'no-such-invitation':
    'That node has no invitation with this code. Look at the code on the other machine, or run `skein invite` there.',
  'nobody-invites':
    'No node with this code was found on the local network. Is `skein invite` running on the other machine? If the network keeps machines apart, add its address: `skein join CODE ADDRESS`.',
  'code-wrong':
    'The code is wrong, or somebody stands between the two machines. Compare it with what the other machine shows.',
  expired: 'The code has expired. Run `skein invite` again on the other machine.',
  used: 'The code has been used already. Run `skein invite` again on the other machine.',
  'too-many-attempts':
    'A wrong code was tried three times, so the invitation is dead. Run `skein invite` again on the other machine.',
  cancelled: 'The other side took its invitation back.',
  'refused-there': 'The other side said no.',
  'refused-here': 'You said no. This node is in no other cluster than before.',
  'cancelled-here': 'Cancelled. This node is in no other cluster than before.',
  'not-confirmed': 'Nobody confirmed in time. Run `skein invite` again on the other machine.',
  'other-side-gone': 'The other node does not answer any more. Is it running?',
  'protocol-version':
    'The two nodes have versions of Skein that do not understand each other. Update the older one.',
  'already-member': 'This node is in that cluster already.',
  'in-another-cluster': 'This node is in another cluster. `skein leave` takes it out; then it can join.',
  'identity-not-proved': 'The other node could not prove to be the one that it says. Nothing was exchanged.',
  'no-answer':
    'No Skein node answers at that address. Is `skein invite` running there, and does a firewall keep this machine from its port (8081)?',
  'broken-message': 'What answers there does not speak as a Skein node of this version does.',
  failed: 'One of the two nodes could not do its part; its log says why.',
} as const satisfies Record<PairingProblem, string>
