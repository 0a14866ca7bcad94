/**
 * Names a node for good: the base58 peer id of libp2p, which is its Ed25519 public key. Never a host name: that is only
 * how people call it.
 */
export type NodeId = string & { readonly __brand: 'NodeId' }

/** Peer ids of Ed25519 keys: `12D3KooW` and 44 characters of base58. */
const NODE_ID = /^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/

/** Undefined when it is not the id of any node. */
export const parseNodeId = (text: string): NodeId | undefined =>
  NODE_ID.test(text)
    ? // The only place where the brand is given.
      (text as NodeId)
    : undefined

/** The part of an id that is shown beside a name: enough to tell two nodes of one name apart. */
export const shortNodeId = (nodeId: NodeId): string => nodeId.slice(-8)
