/** Failures one after the other that take a node out. */
const FAILURES_TO_EJECT = 5
/** The same of connections that could not be made: nobody listens, and asking again costs each request its time. */
const UNREACHABLE_TO_EJECT = 3
/** How long it is out, times how often it was. */
const EJECTION_MS = 5000
const LONGEST_EJECTION_MS = 60_000
/** A node that was in for so long has a clean slate. */
const FORGIVEN_AFTER_MS = 300_000
/** A probe of which nothing was heard for so long is lost, and another one may be sent. */
const LOST_PROBE_MS = 120_000

/** How a node has done of late. Times are milliseconds of one steady clock. */
export interface NodeStanding {
  readonly failures: number
  readonly unreachable: number
  /** How often it was taken out. */
  readonly ejections: number
  /** Undefined: it is in. */
  readonly outUntilMs: number | undefined
  /** When the one request was sent that tries whether it is back; undefined: none is there. */
  readonly probedAtMs: number | undefined
  readonly lastEjectedAtMs: number
}

export const GOOD_STANDING: NodeStanding = {
  failures: 0,
  unreachable: 0,
  ejections: 0,
  outUntilMs: undefined,
  probedAtMs: undefined,
  lastEjectedAtMs: Number.NEGATIVE_INFINITY,
}

/** `probe`: one request may be sent there to see whether it is back. */
export type StandingState = 'in' | 'probe' | 'out'

export const standingAt = ({ outUntilMs, probedAtMs }: NodeStanding, nowMs: number): StandingState => {
  if (outUntilMs === undefined) return 'in'
  if (nowMs < outUntilMs) return 'out'
  return probedAtMs === undefined || nowMs - probedAtMs >= LOST_PROBE_MS ? 'probe' : 'out'
}

/** A request goes there: the first one while it may be probed is its probe. */
export const afterSent = (standing: NodeStanding, nowMs: number): NodeStanding =>
  standingAt(standing, nowMs) === 'probe' ? { ...standing, probedAtMs: nowMs } : standing

/**
 * It begins to answer. A probe has shown that the node is back; failures are forgiven at the end alone, or a node that
 * breaks off each answer would never be taken out.
 * @param wasProbe it was sent when the node was to be probed
 */
export const afterFirstByte = (standing: NodeStanding, wasProbe: boolean): NodeStanding =>
  wasProbe ? { ...standing, outUntilMs: undefined, probedAtMs: undefined } : standing

export const afterSuccess = (standing: NodeStanding, wasProbe: boolean): NodeStanding => {
  // What was sent before it failed says nothing of now.
  if (standing.outUntilMs !== undefined && !wasProbe) return standing
  return { ...standing, failures: 0, unreachable: 0, outUntilMs: undefined, probedAtMs: undefined }
}

/** The client left: another probe may follow. */
export const afterAbandoned = (standing: NodeStanding, wasProbe: boolean): NodeStanding =>
  wasProbe ? { ...standing, probedAtMs: undefined } : standing

export interface NodeFailure {
  readonly wasUnreachable: boolean
  readonly wasProbe: boolean
}

export const afterFailure = (standing: NodeStanding, failure: NodeFailure, nowMs: number): NodeStanding => {
  if (standing.outUntilMs !== undefined) {
    // Others that fail while it is out were sent before it.
    return failure.wasProbe ? ejected(standing, nowMs) : standing
  }
  const failures = standing.failures + 1
  const unreachable = failure.wasUnreachable ? standing.unreachable + 1 : 0
  const next = { ...standing, failures, unreachable }
  return failures >= FAILURES_TO_EJECT || unreachable >= UNREACHABLE_TO_EJECT ? ejected(next, nowMs) : next
}

const ejected = (standing: NodeStanding, nowMs: number): NodeStanding => {
  const isForgiven = nowMs - standing.lastEjectedAtMs > FORGIVEN_AFTER_MS
  const ejections = isForgiven ? 1 : standing.ejections + 1
  return {
    failures: 0,
    unreachable: 0,
    ejections,
    outUntilMs: nowMs + Math.min(ejections * EJECTION_MS, LONGEST_EJECTION_MS),
    probedAtMs: undefined,
    lastEjectedAtMs: nowMs,
  }
}
