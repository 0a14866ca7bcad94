import { expect, test } from 'bun:test'
import {
  betterLink,
  clockSkewOf,
  measureRoundTrip,
  openLink,
} from '@service/router/policy/cluster/cluster-link.ts'
import type { ClusterLink } from '@service/router/policy/cluster/cluster-link.ts'
import { GREAT, SELF, SMALL, moment } from '../../../../../support/cluster-simulation/core-story.ts'

const linkTo = (nodeId: typeof GREAT, isOutbound: boolean, nowMs = 0): ClusterLink =>
  openLink({ linkId: `${isOutbound}-${nowMs}`, nodeId, isOutbound, host: '10.0.0.9' }, moment(nowMs))

test('of two links both ends keep the one that the node with the smaller id has dialled', () => {
  const [ours, theirs] = [linkTo(GREAT, true), linkTo(GREAT, false)]
  expect([betterLink(SELF, ours, theirs), betterLink(SELF, theirs, ours)]).toEqual([ours, ours])
  // The same two, as the other end sees them.
  const [itsOwn, itsOther] = [linkTo(SELF, true), linkTo(SELF, false)]
  expect([betterLink(GREAT, itsOwn, itsOther), betterLink(GREAT, itsOther, itsOwn)]).toEqual([
    itsOther,
    itsOther,
  ])
  const small = [linkTo(SMALL, true), linkTo(SMALL, false)] as const
  expect(betterLink(SELF, ...small)).toBe(small[1])
})

test('of two in the same direction the later stays: who dials again has lost the earlier', () => {
  const [early, late] = [linkTo(GREAT, false, 1), linkTo(GREAT, false, 2)]
  expect([betterLink(SELF, early, late), betterLink(SELF, late, early)]).toEqual([late, late])
})

test('the round trip follows new measurements slowly, and answers to earlier pings say nothing', () => {
  const link = linkTo(GREAT, true)
  link.ping = { id: 1, sentAtMs: 0 }
  measureRoundTrip(link, 1, 10)
  link.ping = { id: 2, sentAtMs: 100 }
  measureRoundTrip(link, 1, 190)
  expect(link.rttMs).toBe(10)
  measureRoundTrip(link, 2, 150)
  expect(link.rttMs).toBe(20)
})

test('the skew of a clock counts half of the way', () => {
  const link = linkTo(GREAT, true)
  expect(clockSkewOf(link)).toBeUndefined()
  link.helloSkewMs = -100
  expect(clockSkewOf(link)).toBe(-100)
  link.rttMs = 30
  expect(clockSkewOf(link)).toBe(-85)
})
