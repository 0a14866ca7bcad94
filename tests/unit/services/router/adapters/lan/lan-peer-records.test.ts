import { expect, test } from 'bun:test'
import { anything, assert, property } from 'fast-check'
import { nodeIdOfPublicKey } from '@service/router/adapters/cluster/ed25519-node-id.ts'
import { PEER_SERVICE, peerRecords, readPeerRecords } from '@service/router/adapters/lan/lan-peer-records.ts'

const nodeId = nodeIdOfPublicKey(Buffer.alloc(32, 3))
const advert = { nodeId, linkPort: 8082, dataPort: 8081, isInviting: true }
const name = `${nodeId}.${PEER_SERVICE}`
const sighting = { ...advert, host: '10.0.0.7' }

const record = (traits: object): object => ({
  name,
  type: 'TXT',
  ttl: 120,
  data: ['v=1', 'link=8082', 'data=8081', 'inviting=1'].map((text) => Buffer.from(text)),
  ...traits,
})

test('what one node tells, another reads; where it is, the packet says', () => {
  expect(readPeerRecords(peerRecords(advert), '10.0.0.7')).toEqual([sighting])
  expect(readPeerRecords([record({})], '10.0.0.7')).toEqual([sighting])
  expect(readPeerRecords(peerRecords({ ...advert, isInviting: false }), '10.0.0.7')[0]?.isInviting).toBe(
    false,
  )
})

test('nothing is told but ids, ports and whether it invites', () => {
  expect(JSON.stringify(peerRecords(advert))).toBe(
    JSON.stringify([
      { name: PEER_SERVICE, type: 'PTR', class: 'IN', ttl: 120, data: name },
      { name, type: 'TXT', class: 'IN', ttl: 120, data: ['v=1', 'link=8082', 'data=8081', 'inviting=1'] },
    ]),
  )
})

test('a goodbye is no sighting', () => {
  expect(readPeerRecords(peerRecords(advert, true), '10.0.0.7')).toEqual([])
})

test.each([
  record({ type: 'A' }),
  record({ name: `nobody.${PEER_SERVICE}` }),
  record({ name: `12D3KooW.${PEER_SERVICE}` }),
  record({ name: PEER_SERVICE }),
  record({ name: `${nodeId}.elsewhere.local` }),
  record({ ttl: -1 }),
  record({ ttl: 'x' }),
  record({ data: undefined }),
  record({ data: 'v=1' }),
  record({ data: ['v=1', 'link=0', 'data=8081'] }),
  record({ data: ['v=1', 'link=65536', 'data=8081'] }),
  record({ data: ['v=1', 'link=+82', 'data=8081'] }),
  record({ data: ['v=2', 'link=8082', 'data=8081'] }),
  record({ data: ['=1', 'v', '', 7, null] }),
  null,
  7,
  'text',
  [[]],
])('%j tells of nobody', (hostile) => {
  expect(readPeerRecords([hostile], '10.0.0.7')).toEqual([])
})

test('whatever comes, nothing is thrown', () => {
  assert(
    property(anything(), anything(), (one, other) => {
      expect(readPeerRecords([one, record({ data: other }), record({ name: one })], '10.0.0.7')).toEqual([])
    }),
  )
})

test('a packet full of nodes is not read to its end', () => {
  expect(readPeerRecords(Array(10_000).fill(record({})), '10.0.0.7').length).toBeLessThan(100)
})
