/** Why a node did not join, as the joining side sees it. People see this word, so it never is just "failed". */
export const PAIRING_PROBLEMS = [
  /** The node at that address does not invite, or with another code. */
  'no-such-invitation',
  /** Nobody on the local network has an invitation of this code. */
  'nobody-invites',
  'code-wrong',
  'expired',
  'used',
  'too-many-attempts',
  /** The other side took its invitation back. */
  'cancelled',
  'refused-there',
  'refused-here',
  'cancelled-here',
  /** Nobody said yes or no in time. */
  'not-confirmed',
  /** It answered, and then did not any more. */
  'other-side-gone',
  'protocol-version',
  'already-member',
  'in-another-cluster',
  /** Who answers cannot prove to be the node that it says. */
  'identity-not-proved',
  /** Nobody listens at that address, or nothing comes back. */
  'no-answer',
  /** What answers there does not speak as a Skein node does. */
  'broken-message',
  /** One of the two could not do its part. */
  'failed',
] as const

export type PairingProblem = (typeof PAIRING_PROBLEMS)[number]

export const isPairingProblem = (value: unknown): value is PairingProblem =>
  (PAIRING_PROBLEMS as readonly unknown[]).includes(value)
