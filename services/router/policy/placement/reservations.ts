import { KeyedLine } from '../admission/keyed-line.ts'
import type { NodeId } from '../cluster/node-id.ts'

/** Nobody waits longer for news of a request: it is in the node's own figures, or it is lost. */
const LONGEST_RESERVATION_MS = 10_000

/** What is on its way to a node. */
export interface ReservedWork {
  readonly requests: number
  readonly tokens: number
}

const NOTHING: ReservedWork = { requests: 0, tokens: 0 }

interface Reservation {
  readonly id: number
  readonly nodeId: NodeId
  readonly lane: string
  tokens: number
  readonly madeAtMs: number
}

/**
 * What was sent to nodes and is not in the load that they announce. Without it, all requests between two announcements go
 * to the node that was idle in the first. Times are milliseconds of one steady clock.
 */
export class Reservations {
  /** In the order in which they were made: the first is the first to expire. */
  private readonly made = new KeyedLine<Reservation>()
  private readonly sums = new Map<NodeId, Map<string, ReservedWork>>()
  private lastId = 0

  get size(): number {
    return this.made.size
  }

  /** @returns its number, to release it by */
  add(nodeId: NodeId, lane: string, tokens: number, nowMs: number): number {
    this.expire(nowMs)
    this.lastId += 1
    this.made.add(this.lastId, { id: this.lastId, nodeId, lane, tokens, madeAtMs: nowMs })
    this.change(nodeId, lane, 1, tokens)
    return this.lastId
  }

  /** The node has begun to answer: so many tokens are left. It stays until the node's own figures have it. */
  onFirstByte(id: number, leftTokens: number): void {
    const reservation = this.made.get(id)
    if (reservation === undefined) return
    this.change(reservation.nodeId, reservation.lane, 0, leftTokens - reservation.tokens)
    reservation.tokens = leftTokens
  }

  /** The request is over, or is known by other means. A second time does nothing. */
  release(id: number): void {
    const reservation = this.made.remove(id)
    if (reservation === undefined) return
    this.change(reservation.nodeId, reservation.lane, -1, -reservation.tokens)
  }

  /**
   * A node has told its load. What was sent more than a round trip ago had arrived there when the load was taken, so it
   * is in these figures now.
   */
  onLoad(nodeId: NodeId, rttMs: number, nowMs: number): void {
    for (const reservation of this.made) {
      if (reservation.nodeId === nodeId && nowMs - reservation.madeAtMs > rttMs) this.release(reservation.id)
    }
  }

  /** Nothing that was sent there will come back. */
  forget(nodeId: NodeId): void {
    for (const reservation of this.made) if (reservation.nodeId === nodeId) this.release(reservation.id)
  }

  of(nodeId: NodeId, lane: string, nowMs: number): ReservedWork {
    this.expire(nowMs)
    return this.sums.get(nodeId)?.get(lane) ?? NOTHING
  }

  private expire(nowMs: number): void {
    for (let { first } = this.made; first !== undefined; { first } = this.made) {
      if (nowMs - first.madeAtMs < LONGEST_RESERVATION_MS) return
      this.release(first.id)
    }
  }

  private change(nodeId: NodeId, lane: string, requests: number, tokens: number): void {
    const lanes = this.sums.get(nodeId) ?? new Map<string, ReservedWork>()
    this.sums.set(nodeId, lanes)
    const known = lanes.get(lane) ?? NOTHING
    const sum = { requests: known.requests + requests, tokens: known.tokens + tokens }
    if (sum.requests > 0) lanes.set(lane, sum)
    else lanes.delete(lane)
    if (lanes.size === 0) this.sums.delete(nodeId)
  }
}
