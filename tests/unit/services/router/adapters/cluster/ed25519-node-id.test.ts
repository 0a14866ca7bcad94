import { expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { nodeIdOfPublicKey, publicKeyOfNodeId } from '@service/router/adapters/cluster/ed25519-node-id.ts'
import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'

test('an id is the public key, and gives it back', () => {
  const keys = [
    ...Array.from({ length: 200 }, () => randomBytes(32)),
    Buffer.alloc(32),
    Buffer.alloc(32, 255),
  ]
  for (const key of keys) {
    const nodeId = nodeIdOfPublicKey(key)
    expect(parseNodeId(nodeId)).toBe(nodeId)
    expect(Buffer.from(publicKeyOfNodeId(nodeId) ?? []).toString('hex')).toBe(key.toString('hex'))
  }
})

test('a text that only looks like an id holds no key', () => {
  for (const letter of ['z', '1', 'Q']) {
    const nodeId = parseNodeId(`12D3KooW${letter.repeat(44)}`)
    expect(nodeId).toBeDefined()
    const key = nodeId === undefined ? undefined : publicKeyOfNodeId(nodeId)
    // Not every such text is wrong; those that hold a key must be its one name.
    expect(key === undefined || nodeIdOfPublicKey(key) === nodeId).toBe(true)
  }
})

test('what has not 32 bytes is no key', () => {
  expect(() => nodeIdOfPublicKey(new Uint8Array(31))).toThrow('32 bytes')
})
