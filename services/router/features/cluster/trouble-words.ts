import type { LinkTrouble } from '../../policy/cluster/link-trouble.ts'

/** Why there is no link to a node and what to do about it, for people. */
export const WORDS_OF_TROUBLE = {
  refused: 'its machine answers, but Skein does not listen there: is it running?',
  'no-answer':
    'nothing comes back from its address: is the machine on, and does a firewall let Skein through?',
  'no-route': 'there is no way to its network from here',
  'local-network-permission':
    'macOS keeps Skein from the local network: allow it in System Settings, Privacy & Security, Local Network',
  'wrong-cluster-key': 'it is in another cluster now',
  'not-a-member': 'it does not know this node as a member, or this node does not know it',
  removed: 'it was removed from the cluster',
  'protocol-version': 'its version of Skein does not understand this one: update the older of the two',
  'wrong-identity': 'another node answers at its address',
  'duplicate-identity':
    'two nodes run with the same identity: one home directory was copied to another machine',
  silent: 'it went silent: sleeping, out of the network, or stuck',
  closed: 'it closed the connection',
} as const satisfies Record<LinkTrouble, string>
