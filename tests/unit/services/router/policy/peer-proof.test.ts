import { expect, test } from 'bun:test'
import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'
import { clockDifferenceMs, proofText, proofToken, readProof } from '@service/router/policy/peer-proof.ts'
import type { PeerProof } from '@service/router/policy/peer-proof.ts'

const idOf = (letter: string) => parseNodeId(`12D3KooW${letter.repeat(44)}`)!
const PROOF: PeerProof = {
  issuer: idOf('A'),
  audience: idOf('B'),
  issuedAt: 1_000_000_000,
  expiresAt: 1_000_060_000,
}
const SIGNATURE = new Uint8Array(64).fill(7)
const MINUTE_MS = 60_000

const tokenOf = (payload: unknown): string =>
  proofToken(`skein-peer.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`, SIGNATURE)

test('what was written is read again, with the bytes that were signed', () => {
  const text = proofText(PROOF)
  const read = readProof(proofToken(text, SIGNATURE))
  expect(read?.proof).toEqual(PROOF)
  expect(new TextDecoder().decode(read?.signed)).toBe(text)
  expect(new Uint8Array(read!.signature)).toEqual(SIGNATURE)
})

test.each([
  ['a node id that is none', { ...PROOF, issuer: 'me' }],
  ['a node id that is a list', { ...PROOF, audience: [PROOF.audience, PROOF.audience] }],
  ['a time that is text', { ...PROOF, issuedAt: '1000000000' }],
  ['a time before all time', { ...PROOF, issuedAt: -1 }],
  ['a life of more than a minute', { ...PROOF, expiresAt: PROOF.issuedAt + MINUTE_MS + 1 }],
  ['a life that is over before it begins', { ...PROOF, expiresAt: PROOF.issuedAt }],
  ['a list', [PROOF]],
  ['null', null],
  ['text', 'proof'],
])('%s is no proof', (_, payload) => expect(readProof(tokenOf(payload))).toBeUndefined())

test.each([
  '',
  'skein-peer',
  'skein-peer..',
  `skein-peer.e30.${'A'.repeat(85)}`,
  `skein-peer.e30.${'A'.repeat(86)}`,
  `skein-peer.${'A'.repeat(1025)}.${'A'.repeat(86)}`,
  `${proofToken(proofText(PROOF), SIGNATURE)} `,
  `other.${proofToken(proofText(PROOF), SIGNATURE)}`,
])('%p is no token', (token) => expect(readProof(token)).toBeUndefined())

test.each([
  ['in the same moment', 0, undefined],
  ['five minutes before it begins', -5 * MINUTE_MS, undefined],
  ['five minutes after it ended', 6 * MINUTE_MS, undefined],
  ['an hour later, where the other clock is an hour late', 60 * MINUTE_MS, -60 * MINUTE_MS],
  ['in the same moment, where the other clock was an hour early until now', 0, 60 * MINUTE_MS],
  ['an hour earlier, where the other clock is an hour early', -60 * MINUTE_MS, 60 * MINUTE_MS],
])('it holds %s', (_, laterMs, skewMs) =>
  expect(clockDifferenceMs(PROOF, { now: PROOF.issuedAt + laterMs, skewMs })).toBe(0),
)

test.each([
  ['too early', -5 * MINUTE_MS - 1, undefined, 5 * MINUTE_MS + 1],
  ['too late', 6 * MINUTE_MS + 1, undefined, 6 * MINUTE_MS + 1],
  ['farther off than the clocks are', 60 * MINUTE_MS, -30 * MINUTE_MS, 60 * MINUTE_MS],
])('a proof that is %s shows by how much the clocks differ', (_, laterMs, skewMs, difference) => {
  const differenceMs = clockDifferenceMs(PROOF, { now: PROOF.issuedAt + laterMs, skewMs })
  expect(differenceMs).toBe(difference)
})
