import type { RequestClass } from '@shared/inference/request-class.ts'
import { FairQueue } from './fair-queue.ts'
import type { QueuedWork, WorkAhead } from './fair-queue.ts'
import { KeyedLine } from './keyed-line.ts'
import { LanePace } from './lane-pace.ts'
import type { WaitQuestion } from './lane-pace.ts'
import { estimateTokens } from './request-cost.ts'
import type { RequestCost, RequestSize } from './request-cost.ts'

/** A request at the door of a lane. */
export interface LaneRequest {
  /** Unique, unlike the id, which the client may choose; grows with every request. */
  readonly ticket: number
  readonly requestClass: RequestClass
  /** Whose share of the lane it is taken from. */
  readonly caller: string
  readonly size: RequestSize
}

export interface QueuePlace {
  /** 1 is the next to be let in. */
  readonly position: number
  readonly etaMs: number
}

/** One in the line. Times are milliseconds of one steady clock. */
export interface WaitingRequest<Request extends LaneRequest> extends QueuedWork {
  readonly request: Request
  readonly arrivedAtMs: number
  /** What it was expected to wait, for the few whose prediction is compared with what came of it. */
  readonly predictedMs: number | undefined
  /** The line in which it stands: that of its class, or the interactive one when it has waited for long. */
  line: RequestClass
}

interface RunningRequest<Request extends LaneRequest> extends WaitingRequest<Request> {
  readonly grantedAtMs: number
  /** What its caller's share was charged for so far. */
  chargedTokens: number
  /** Tokens that it was counted to have taken; undefined while nobody has counted. */
  countedTokens: number | undefined
}

/** Counts of tokens come around the end of a request; those of the last so many that are done are still heard. */
const REMEMBERED_DONE = 64
/** So many predictions are followed at the same time. */
const FOLLOWED = 8

/**
 * The requests of one model: at most `slots` running, the others in lines by class, each of which is fair to its callers.
 * A batch request that has waited for `batchWaitMs` counts as interactive from then on.
 */
export class AdmissionLane<Request extends LaneRequest> {
  slots = 1
  private readonly lines: Readonly<Record<RequestClass, FairQueue<WaitingRequest<Request>>>> = {
    interactive: new FairQueue(),
    batch: new FairQueue(),
  }
  private readonly waiting = new Map<number, WaitingRequest<Request>>()
  /** In the order in which they came: the first is the first to have waited for too long. */
  private readonly batch = new KeyedLine<WaitingRequest<Request>>()
  private readonly running = new Map<number, RunningRequest<Request>>()
  private readonly done = new KeyedLine<RunningRequest<Request>>()
  private readonly pace = new LanePace()
  private followed = 0

  constructor(private readonly batchWaitMs: number) {}

  get waitingCount(): number {
    return this.waiting.size
  }

  get runningCount(): number {
    return this.running.size
  }

  get hasFreeSlot(): boolean {
    return this.running.size < this.slots
  }

  /** What those who run or wait are expected to take, of which a part is done already. */
  get pendingTokens(): number {
    let tokens = 0
    for (const { costTokens } of this.running.values()) tokens += costTokens
    for (const { costTokens } of this.waiting.values()) tokens += costTokens
    return Math.round(tokens)
  }

  wait(request: Request, nowMs: number): void {
    const { ticket, caller, requestClass, size } = request
    const waiting: WaitingRequest<Request> = {
      ticket,
      caller,
      costTokens: estimateTokens(size, this.pace.meanAnswerTokens),
      request,
      arrivedAtMs: nowMs,
      predictedMs: this.follow(request, nowMs),
      line: requestClass,
    }
    this.waiting.set(ticket, waiting)
    this.lines[requestClass].add(waiting)
    if (requestClass === 'batch') this.batch.add(ticket, waiting)
  }

  /** Takes the request that is next, if there is a free slot. */
  grantNext(nowMs: number): WaitingRequest<Request> | undefined {
    if (!this.hasFreeSlot) return undefined
    this.promoteOldBatch(nowMs)
    const next = this.lines.interactive.take() ?? this.lines.batch.take()
    if (next === undefined) return undefined
    this.forget(next)
    if (next.predictedMs !== undefined) {
      this.pace.onWaited(next.request.requestClass, next.predictedMs, nowMs - next.arrivedAtMs)
    }
    const { costTokens: chargedTokens } = next
    this.running.set(next.ticket, { ...next, grantedAtMs: nowMs, chargedTokens, countedTokens: undefined })
    return next
  }

  /** True when the ticket held a slot, which is free now. Who was not counted took what its time was worth. */
  finish(ticket: number, nowMs: number): boolean {
    const request = this.running.get(ticket)
    if (request === undefined) return false
    this.running.delete(ticket)
    const tookMs = nowMs - request.grantedAtMs
    const { costTokens, countedTokens, caller, line } = request
    const { msPerToken } = this.pace
    const timedTokens = msPerToken === undefined || msPerToken === 0 ? costTokens : tookMs / msPerToken
    this.pace.onDone(caller, tookMs, costTokens)
    request.chargedTokens = countedTokens ?? timedTokens
    this.lines[line].finish(caller, request.chargedTokens - costTokens)
    this.done.add(ticket, request)
    if (this.done.size > REMEMBERED_DONE) this.done.remove(this.done.first?.ticket ?? 0)
    return true
  }

  /** Counted tokens of a request; it may be several pieces of work, which add up. False: it is not known here. */
  count(ticket: number, cost: RequestCost): boolean {
    const done = this.done.get(ticket)
    const request = done ?? this.running.get(ticket)
    if (request === undefined) return false
    this.pace.onAnswer(cost.completionTokens)
    request.countedTokens = (request.countedTokens ?? 0) + cost.promptTokens + cost.completionTokens
    if (done === undefined) return true
    this.lines[request.line].correct(request.caller, request.countedTokens - request.chargedTokens)
    request.chargedTokens = request.countedTokens
    return true
  }

  /** Takes a waiting request out of its line; undefined when it does not wait. */
  leave(ticket: number): WaitingRequest<Request> | undefined {
    const waiting = this.waiting.get(ticket)
    if (waiting === undefined) return undefined
    this.lines[waiting.line].remove(waiting.caller, ticket)
    this.forget(waiting)
    return waiting
  }

  /** Undefined when the ticket does not wait. */
  placeOf(ticket: number, nowMs: number): QueuePlace | undefined {
    const waiting = this.waiting.get(ticket)
    if (waiting === undefined) return undefined
    return this.place(waiting.request, this.ahead(waiting.line, waiting.caller, ticket), nowMs)
  }

  /** The place that a request would have. */
  placeFor(request: Request, nowMs: number): QueuePlace {
    return this.place(request, this.ahead(request.requestClass, request.caller, undefined), nowMs)
  }

  private place({ requestClass }: Request, ahead: WorkAhead, nowMs: number): QueuePlace {
    const question = this.questionOf(ahead)
    const etaMs = Math.round(this.pace.waitMs(requestClass, question, nowMs))
    return { position: question.position, etaMs }
  }

  private questionOf({ requests, ms }: WorkAhead): WaitQuestion {
    return { position: requests + 1, msAhead: ms, slots: this.slots, running: this.running.values() }
  }

  private ahead(line: RequestClass, caller: string, ticket: number | undefined): WorkAhead {
    const msPerTokenOf = (of: string): number => this.pace.msPerTokenOf(of) ?? 0
    const own = this.lines[line].ahead(caller, ticket, msPerTokenOf)
    if (line === 'interactive') return own
    const { requests, ms } = this.lines.interactive.total(msPerTokenOf)
    return { requests: own.requests + requests, ms: own.ms + ms }
  }

  /** The plain prediction for a request that will have to wait, unless enough are followed already. */
  private follow({ requestClass, caller }: Request, nowMs: number): number | undefined {
    const goesOn = this.hasFreeSlot && this.waiting.size === 0
    if (goesOn || this.followed >= FOLLOWED || this.pace.msPerToken === undefined) return undefined
    this.followed += 1
    return this.pace.plainWaitMs(this.questionOf(this.ahead(requestClass, caller, undefined)), nowMs)
  }

  private promoteOldBatch(nowMs: number): void {
    for (let oldest = this.batch.first; oldest !== undefined; oldest = this.batch.first) {
      if (nowMs - oldest.arrivedAtMs < this.batchWaitMs) return
      this.batch.remove(oldest.ticket)
      this.lines.batch.remove(oldest.caller, oldest.ticket)
      oldest.line = 'interactive'
      this.lines.interactive.add(oldest)
    }
  }

  private forget(waiting: WaitingRequest<Request>): void {
    this.waiting.delete(waiting.ticket)
    this.batch.remove(waiting.ticket)
    if (waiting.predictedMs !== undefined) this.followed -= 1
  }
}
