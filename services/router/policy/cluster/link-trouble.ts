/**
 * Why two nodes do not get together, told apart as far as can be seen from here. People see this word, so it never is
 * just "failed".
 */
export const LINK_TROUBLES = [
  /** Nobody listens at that address: the machine answers, the port does not. */
  'refused',
  /** Nothing comes back from that address. */
  'no-answer',
  /** The network says that there is no way to it. */
  'no-route',
  /** macOS keeps this program from the local network. */
  'local-network-permission',
  /** It is a Skein node, but of a cluster with another key. */
  'wrong-cluster-key',
  /** It has the key, but is no member, or is none any more. */
  'not-a-member',
  'removed',
  'protocol-version',
  /** Somebody else answers there. */
  'wrong-identity',
  'duplicate-identity',
  /** The link was there, and went silent. */
  'silent',
  'closed',
] as const

export type LinkTrouble = (typeof LINK_TROUBLES)[number]
