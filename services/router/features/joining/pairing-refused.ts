import type { InvitationEnd } from '../../policy/pairing/invitation-state.ts'
import type { PairingProblem } from '../../policy/pairing/pairing-problem.ts'

/** What the inviting node answers to a stranger instead of what was asked. */
export class PairingRefused extends Error {
  constructor(
    readonly problem: PairingProblem,
    readonly attemptsLeft?: number,
  ) {
    super(`A stranger was refused: ${problem}`)
    this.name = 'PairingRefused'
  }
}

/** The end of an invitation, as the other side calls it. */
export const PROBLEM_OF_END = {
  expired: 'expired',
  'too-many-attempts': 'too-many-attempts',
  cancelled: 'cancelled',
  'refused-here': 'refused-there',
  'refused-there': 'refused-here',
  'not-confirmed': 'not-confirmed',
  'other-side-gone': 'other-side-gone',
  'arrival-failed': 'failed',
  'no-arrival': 'other-side-gone',
  failed: 'failed',
} as const satisfies Record<InvitationEnd, PairingProblem>
