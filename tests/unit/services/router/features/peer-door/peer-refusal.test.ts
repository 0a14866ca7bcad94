import { expect, test } from 'bun:test'
import {
  PEER_REFUSAL_REASONS,
  PEER_REFUSED_HEADER,
  peerRefusal,
  peerRefusalIn,
  peerRefusalText,
} from '@service/router/features/peer-door/peer-refusal.ts'
import { Fault } from '@shared/fault/fault.ts'

test.each([...PEER_REFUSAL_REASONS])('a refusal because of %s is the same at both ends', (reason) => {
  const said = peerRefusal({ reason, differenceMs: 720_000 })
  const heard = peerRefusalIn(new Headers({ [PEER_REFUSED_HEADER]: peerRefusalText(said) ?? '' }))
  expect([heard?.code, heard?.message]).toEqual([said.code, said.message])
})

test.each([
  [60_000, '1 minute.'],
  [7_199_000, '120 minutes.'],
  [7_200_000, '2 hours.'],
])('a difference of %p ms is told as %s', (differenceMs, text) => {
  expect(peerRefusal({ reason: 'clocks-differ', differenceMs }).message).toContain(`differ by ${text}`)
})

test.each([undefined, '', 'toString', 'constructor', 'Removed'])('%p in the header is no refusal', (text) => {
  expect(
    peerRefusalIn(new Headers(text === undefined ? {} : { [PEER_REFUSED_HEADER]: text })),
  ).toBeUndefined()
})

test('any other Fault is no refusal of the door', () => {
  expect(peerRefusalText(new Fault('forbidden', 'no', { details: { reason: 'mine' } }))).toBeUndefined()
  expect(peerRefusalText(new Fault('forbidden', 'no'))).toBeUndefined()
})
