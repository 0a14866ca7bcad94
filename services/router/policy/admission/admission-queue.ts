import { AdmissionLane } from './admission-lane.ts'
import type { LaneRequest, QueuePlace } from './admission-lane.ts'
import { ModelTurns } from './model-turns.ts'
import type { MemoryFacts } from './model-turns.ts'
import type { RequestCost } from './request-cost.ts'
import { WaitingRoom } from './waiting-room.ts'

export interface AdmissionRequest extends LaneRequest {
  readonly requestId: string
  /** Requests of one lane share its slots: the model's id. */
  readonly lane: string
  /** How many requests the lane works on at the same time, as its service says now. */
  readonly slots: number
}

export interface AdmissionRefusal extends QueuePlace {
  readonly reason: 'queue-full' | 'waited-too-long' | 'deadline-passed'
}

/** What the queue does to the world. Called from inside the queue's methods, never later. */
export interface AdmissionEffects {
  /** The ticket has a slot, until `onDone`. */
  grant(ticket: number, waitedMs: number): void
  /** The ticket is out of the queue and gets no slot. */
  refuse(ticket: number, refusal: AdmissionRefusal): void
}

export interface AdmissionRules {
  /** How many requests may wait at the same time, on the whole node. */
  readonly queueLimit: number
  /** After which time in the queue a batch request counts as interactive. */
  readonly batchWaitMs: number
  /** How long a model keeps its place in memory, while it has work, when another one waits for that place. */
  readonly modelTurnMs: number
}

/** One lane, for those who choose between nodes. */
export interface LaneFigures {
  readonly lane: string
  readonly slots: number
  readonly running: number
  readonly waiting: number
  readonly pendingTokens: number
}

export interface QueueState {
  readonly state: 'waiting' | 'running'
  /** 0 when running. */
  readonly position: number
  /** 0 when running. */
  readonly etaMs: number
}

type Lane = AdmissionLane<AdmissionRequest>

/**
 * The queue in front of the engines. Pure: time comes with each call, all that happens goes through `effects`.
 *
 * 1. A request comes: its lane has a free slot and nobody waits → grant.
 * 2. The waiting room is full → the caller who has most of it gives up a place, or the newcomer goes.
 * 3. Else it waits in its lane: interactive before batch, callers by what they have had.
 * 4. A slot becomes free (done, client gone, upstream failed: all `onDone`) → the next of the lane gets it, unless it is
 *    the turn of a model that does not fit beside this one.
 * 5. A waiting request is cancelled or its time is over → it leaves at once, the others move up.
 */
export class AdmissionQueue {
  private readonly lanes = new Map<string, Lane>()
  private readonly requests = new Map<number, AdmissionRequest>()
  private readonly ticketOf = new Map<string, number>()
  /** Lanes in which somebody waits. */
  private readonly waitingLanes = new Set<string>()
  private readonly turns: ModelTurns
  private readonly room: WaitingRoom

  constructor(
    private readonly rules: AdmissionRules,
    private readonly effects: AdmissionEffects,
    memory: MemoryFacts,
  ) {
    this.room = new WaitingRoom(rules.queueLimit)
    this.turns = new ModelTurns(rules.modelTurnMs, memory, (lane) => this.laneOf(lane))
  }

  get waitingCount(): number {
    return this.room.size
  }

  get runningCount(): number {
    return this.requests.size - this.room.size
  }

  /** Lanes that have something to do. */
  busyLanes(): readonly LaneFigures[] {
    return [...this.lanes].flatMap(([name, lane]) => {
      const { pendingTokens, runningCount: running, slots, waitingCount: waiting } = lane
      return running + waiting === 0 ? [] : [{ lane: name, slots, running, waiting, pendingTokens }]
    })
  }

  onRequest(request: AdmissionRequest, nowMs: number): void {
    const lane = this.laneOf(request.lane)
    lane.slots = Math.max(1, request.slots)
    const hasToWait = lane.waitingCount > 0 || !lane.hasFreeSlot || !this.turns.mayRun(request.lane, nowMs)
    if (hasToWait && this.room.isFull && !this.makeRoom(request, nowMs)) {
      this.effects.refuse(request.ticket, { reason: 'queue-full', ...lane.placeFor(request, nowMs) })
      return
    }
    this.requests.set(request.ticket, request)
    this.ticketOf.set(request.requestId, request.ticket)
    this.waitingLanes.add(request.lane)
    this.room.enter(request)
    lane.wait(request, nowMs)
    this.grantAll(nowMs)
  }

  /** Gives a slot back; a ticket without one is ignored. */
  onDone(ticket: number, nowMs: number): void {
    const request = this.requests.get(ticket)
    if (request === undefined || !this.laneOf(request.lane).finish(ticket, nowMs)) return
    this.forget(request)
    this.grantAll(nowMs)
  }

  /** What a request of a lane really took, as its engine counted it: told while it runs, or soon after. */
  onCost(lane: string, ticket: number, cost: RequestCost): void {
    this.laneOf(lane).count(ticket, cost)
  }

  /** The client of a waiting request is gone. */
  onCancelled(ticket: number, nowMs: number): void {
    if (this.leave(ticket)) this.grantAll(nowMs)
  }

  /** A waiting request has waited as long as it may; one that runs stays. */
  onDeadline(ticket: number, nowMs: number): void {
    if (this.refuse(ticket, 'waited-too-long', nowMs)) this.grantAll(nowMs)
  }

  /** Where a request stands; the newest one, when clients gave several the same id. */
  find(requestId: string, nowMs: number): QueueState | undefined {
    const ticket = this.ticketOf.get(requestId)
    const request = ticket === undefined ? undefined : this.requests.get(ticket)
    if (request === undefined) return undefined
    const place = this.laneOf(request.lane).placeOf(request.ticket, nowMs)
    return place === undefined ? { state: 'running', position: 0, etaMs: 0 } : { state: 'waiting', ...place }
  }

  /** True when one who waited has left for this request. */
  private makeRoom(request: AdmissionRequest, nowMs: number): boolean {
    const ticket = this.room.whoGoesFor(request)
    return ticket !== undefined && this.refuse(ticket, 'queue-full', nowMs)
  }

  private refuse(ticket: number, reason: AdmissionRefusal['reason'], nowMs: number): boolean {
    const request = this.requests.get(ticket)
    const place = request && this.laneOf(request.lane).placeOf(ticket, nowMs)
    if (place === undefined || !this.leave(ticket)) return false
    this.effects.refuse(ticket, { reason, ...place })
    return true
  }

  private leave(ticket: number): boolean {
    const request = this.requests.get(ticket)
    if (request === undefined) return false
    const lane = this.laneOf(request.lane)
    if (lane.leave(ticket) === undefined) return false
    this.room.leave(request)
    if (lane.waitingCount === 0) this.waitingLanes.delete(request.lane)
    this.forget(request)
    return true
  }

  private forget({ ticket, requestId }: AdmissionRequest): void {
    this.requests.delete(ticket)
    if (this.ticketOf.get(requestId) === ticket) this.ticketOf.delete(requestId)
  }

  /** Every lane: the end of one model's work may be the beginning of another's turn. */
  private grantAll(nowMs: number): void {
    const lanes = [...this.waitingLanes]
    for (const name of lanes) {
      const lane = this.laneOf(name)
      if (!lane.hasFreeSlot || !this.turns.mayRun(name, nowMs)) continue
      this.grantLane(name, lane, nowMs)
      // To the end: of the lanes that want a turn the one that was served longest ago has the first word.
      if (this.waitingLanes.delete(name)) this.waitingLanes.add(name)
    }
  }

  private grantLane(name: string, lane: Lane, nowMs: number): void {
    for (let next = lane.grantNext(nowMs); next !== undefined; next = lane.grantNext(nowMs)) {
      this.room.leave(next.request)
      if (lane.waitingCount === 0) this.waitingLanes.delete(name)
      this.effects.grant(next.ticket, nowMs - next.arrivedAtMs)
    }
  }

  private laneOf(name: string): Lane {
    const known = this.lanes.get(name)
    if (known !== undefined) return known
    const lane: Lane = new AdmissionLane(this.rules.batchWaitMs)
    this.lanes.set(name, lane)
    return lane
  }
}
