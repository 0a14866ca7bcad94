import { AdmissionLane } from './admission-lane.ts'
import type { QueuePlace } from './admission-lane.ts'

export interface AdmissionRequest {
  /** Unique, unlike the id, which the client may choose. */
  readonly ticket: number
  readonly requestId: string
  /** Requests of one lane share its slots: the model's id. */
  readonly lane: string
  /** How many requests the lane works on at the same time, as its service says now. */
  readonly slots: number
}

export interface AdmissionRefusal extends QueuePlace {
  readonly reason: 'queue-full' | 'waited-too-long'
}

/** What the queue does to the world. Called from inside the queue's methods, never later. */
export interface AdmissionEffects {
  /** The ticket has a slot, until `onDone`. */
  grant(ticket: number, waitedMs: number): void
  /** The ticket is out of the queue and gets no slot. */
  refuse(ticket: number, refusal: AdmissionRefusal): void
}

export interface QueueState {
  readonly state: 'waiting' | 'running'
  /** 0 when running. */
  readonly position: number
  /** 0 when running. */
  readonly etaMs: number
}

/**
 * The queue in front of the engines. Pure: time comes with each call, all that happens goes through `effects`.
 *
 * 1. A request comes: its lane has a free slot and nobody waits → grant.
 * 2. The node has `queueLimit` waiting → refuse.
 * 3. Else it waits at the end of its lane.
 * 4. A slot becomes free (done, client gone, upstream failed: all `onDone`) → the first of the lane gets it.
 * 5. A waiting request is cancelled or its deadline comes → it leaves at once, the others move up.
 */
export class AdmissionQueue {
  private readonly lanes = new Map<string, AdmissionLane>()
  private readonly laneOfTicket = new Map<number, AdmissionLane>()
  private waiting = 0

  constructor(
    private readonly queueLimit: number,
    private readonly effects: AdmissionEffects,
  ) {}

  get waitingCount(): number {
    return this.waiting
  }

  get runningCount(): number {
    return this.laneOfTicket.size - this.waiting
  }

  onRequest(request: AdmissionRequest, nowMs: number): void {
    const lane = this.laneOf(request)
    const isFree = lane.waitingCount === 0 && lane.runningCount < lane.slots
    if (!isFree && this.waiting >= this.queueLimit) {
      const place = lane.place(lane.waitingCount + 1, nowMs)
      this.effects.refuse(request.ticket, { reason: 'queue-full', ...place })
      return
    }
    this.laneOfTicket.set(request.ticket, lane)
    this.waiting += 1
    lane.wait({ ticket: request.ticket, requestId: request.requestId, arrivedAtMs: nowMs })
    this.grantAll(lane, nowMs)
  }

  /** Gives a slot back; a ticket without one is ignored. */
  onDone(ticket: number, nowMs: number): void {
    const lane = this.laneOfTicket.get(ticket)
    if (lane === undefined || !lane.finish(ticket, nowMs)) return
    this.laneOfTicket.delete(ticket)
    this.grantAll(lane, nowMs)
  }

  /** The client of a waiting request is gone. */
  onCancelled(ticket: number, nowMs: number): void {
    this.leave(ticket, nowMs)
  }

  /** A waiting request has waited as long as it may; one that runs stays. */
  onDeadline(ticket: number, nowMs: number): void {
    const place = this.leave(ticket, nowMs)
    if (place !== undefined) this.effects.refuse(ticket, { reason: 'waited-too-long', ...place })
  }

  find(requestId: string, nowMs: number): QueueState | undefined {
    for (const lane of this.lanes.values()) {
      const place = lane.find(requestId, nowMs)
      if (place === 'running') return { state: 'running', position: 0, etaMs: 0 }
      if (place !== undefined) return { state: 'waiting', ...place }
    }
    return undefined
  }

  private laneOf({ lane: key, slots }: AdmissionRequest): AdmissionLane {
    const lane = this.lanes.get(key) ?? new AdmissionLane()
    lane.slots = Math.max(1, slots)
    this.lanes.set(key, lane)
    return lane
  }

  private leave(ticket: number, nowMs: number): QueuePlace | undefined {
    const lane = this.laneOfTicket.get(ticket)
    const place = lane?.leave(ticket, nowMs)
    if (place === undefined) return undefined
    this.laneOfTicket.delete(ticket)
    this.waiting -= 1
    return place
  }

  private grantAll(lane: AdmissionLane, nowMs: number): void {
    for (let next = lane.grantNext(nowMs); next !== undefined; next = lane.grantNext(nowMs)) {
      this.waiting -= 1
      this.effects.grant(next.ticket, nowMs - next.arrivedAtMs)
    }
  }
}
