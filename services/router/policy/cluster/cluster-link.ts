import type { LinkFacts } from './cluster-effects.ts'
import type { HelloFrame } from './cluster-frame.ts'
import type { Moment } from './cluster-rules.ts'

/** A link, and what has come over it. */
export interface ClusterLink extends LinkFacts {
  readonly openedAtMs: number
  /** Undefined until the other end has greeted: no other frame counts before. */
  hello: HelloFrame | undefined
  heardAtMs: number
  /** Unix milliseconds. */
  heardAt: number
  sentAtMs: number
  /** The last one, answered or not. */
  ping: { readonly id: number; readonly sentAtMs: number } | undefined
  rttMs: number | undefined
  /** Its clock minus ours, when its greeting came: too small by the time that it was under way. */
  helloSkewMs: number | undefined
}

export const openLink = (facts: LinkFacts, at: Moment): ClusterLink => ({
  linkId: facts.linkId,
  nodeId: facts.nodeId,
  isOutbound: facts.isOutbound,
  host: facts.host,
  openedAtMs: at.nowMs,
  hello: undefined,
  heardAtMs: at.nowMs,
  heardAt: at.wallClockMs,
  sentAtMs: at.nowMs,
  ping: undefined,
  rttMs: undefined,
  helloSkewMs: undefined,
})

/** Of the last measurements, the newest a quarter. */
const NEWEST_SHARE = 0.25

/** The answer to a ping; any other than the last is too old to say anything. */
export const measureRoundTrip = (link: ClusterLink, pongId: number, nowMs: number): void => {
  if (link.ping?.id !== pongId) return
  const measuredMs = nowMs - link.ping.sentAtMs
  link.rttMs = link.rttMs === undefined ? measuredMs : link.rttMs + (measuredMs - link.rttMs) * NEWEST_SHARE
}

/** A greeting takes half a round trip. */
export const clockSkewOf = ({ helloSkewMs, rttMs }: ClusterLink): number | undefined =>
  helloSkewMs === undefined ? undefined : helloSkewMs + (rttMs ?? 0) / 2

/**
 * Which of two links between the same two lives stays: the one that the node with the smaller id has dialled, so that
 * both ends choose the same. Of two in the same direction it is the later: who dials again has lost the earlier.
 */
export const betterLink = (selfId: string, left: ClusterLink, right: ClusterLink): ClusterLink => {
  if (left.isOutbound === right.isOutbound) return left.openedAtMs > right.openedAtMs ? left : right
  const isOursToKeep = selfId < left.nodeId
  return left.isOutbound === isOursToKeep ? left : right
}
