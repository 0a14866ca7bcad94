import { parseNodeId } from '../../policy/cluster/node-id.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const BASE = BigInt(ALPHABET.length)
/** What libp2p puts before an Ed25519 key: an identity multihash of 36 bytes, a protobuf of kind Ed25519 with 32 bytes. */
const PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
const KEY_BYTES = 32
const ID_BYTES = PREFIX.length + KEY_BYTES

/**
 * The peer id of libp2p for a public key. Done here, or a node that is in no cluster would load libp2p to know its name.
 * @param publicKey 32 bytes
 */
export const nodeIdOfPublicKey = (publicKey: Uint8Array): NodeId => {
  const bytes = Buffer.concat([PREFIX, publicKey])
  let rest = BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  while (rest > 0n) {
    text = `${ALPHABET[Number(rest % BASE)]}${text}`
    rest /= BASE
  }
  // The first byte is zero, which base58 writes as its first letter.
  const nodeId = parseNodeId(`${ALPHABET[0]}${text}`)
  if (nodeId === undefined) throw new TypeError('A public Ed25519 key has 32 bytes')
  return nodeId
}

/** The 32 bytes of the public key; undefined when an id looks like one and holds none. */
export const publicKeyOfNodeId = (nodeId: NodeId): Uint8Array | undefined => {
  let value = 0n
  for (const letter of nodeId) value = value * BASE + BigInt(ALPHABET.indexOf(letter))
  const hex = value.toString(16)
  if (hex.length > ID_BYTES * 2) return undefined
  const bytes = Buffer.from(hex.padStart(ID_BYTES * 2, '0'), 'hex')
  return bytes.subarray(0, PREFIX.length).equals(PREFIX) ? bytes.subarray(PREFIX.length) : undefined
}
