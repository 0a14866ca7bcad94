import type { RequestClass } from '@shared/inference/request-class.ts'
import { RecentValues } from '../recent-values.ts'

/** Estimates look at so many of the last requests: enough for a steady middle, few enough to follow a change. */
const REMEMBERED = 63
/** A caller's own pace is known from so many of its requests on, and kept for so many callers. */
const KNOWN_AFTER = 3
const MOST_CALLERS = 1000
/** Of a request that takes longer than expected this part is expected to be left, again and again. */
const LEFT_AT_LEAST = 0.3
/** A prediction is bent by what the last ones got wrong, but never further than this, up or down. */
const LARGEST_BEND = 5

/** A request that holds a slot. */
export interface PacedRequest {
  readonly caller: string
  readonly costTokens: number
  readonly grantedAtMs: number
}

/** What has to be worked through before a request gets its slot. */
export interface WaitQuestion {
  /** 1 is next. */
  readonly position: number
  /** What one slot needs for those that wait before it. */
  readonly msAhead: number
  readonly slots: number
  readonly running: Iterable<PacedRequest>
}

/** Times and tokens of the last requests. */
class Pace {
  private readonly tookMs = new RecentValues(REMEMBERED)
  private readonly tookTokens = new RecentValues(REMEMBERED)

  get count(): number {
    return this.tookMs.count
  }

  /** Undefined until a request is done. */
  get msPerToken(): number | undefined {
    return this.tookTokens.sum === 0 ? undefined : this.tookMs.sum / this.tookTokens.sum
  }

  add(tookMs: number, tokens: number): void {
    this.tookMs.add(tookMs)
    this.tookTokens.add(tokens)
  }
}

/** How fast a model works through its requests, learned from those that are done. */
export class LanePace {
  private readonly ofAll = new Pace()
  private readonly ofCallers = new Map<string, Pace>()
  private readonly answerTokens = new RecentValues(REMEMBERED)
  private readonly bends: Readonly<Record<RequestClass, RecentValues>> = {
    interactive: new RecentValues(REMEMBERED),
    batch: new RecentValues(REMEMBERED),
  }

  /** What one slot needs for a token; undefined until a request is done. */
  get msPerToken(): number | undefined {
    return this.ofAll.msPerToken
  }

  /** The same for requests of one caller, once some are known: some have long prompts, others get long answers. */
  msPerTokenOf(caller: string): number | undefined {
    const own = this.ofCallers.get(caller)
    return own === undefined || own.count < KNOWN_AFTER ? this.msPerToken : own.msPerToken
  }

  /** Undefined until an answer was counted. */
  get meanAnswerTokens(): number | undefined {
    return this.answerTokens.mean()
  }

  onDone(caller: string, tookMs: number, tokens: number): void {
    this.ofAll.add(tookMs, tokens)
    const own = this.ofCallers.get(caller) ?? new Pace()
    own.add(tookMs, tokens)
    // To the end of the map: the first of it is the one that was not seen for longest.
    this.ofCallers.delete(caller)
    this.ofCallers.set(caller, own)
    const [oldest] = this.ofCallers.keys()
    if (this.ofCallers.size > MOST_CALLERS && oldest !== undefined) this.ofCallers.delete(oldest)
  }

  onAnswer(tokens: number): void {
    this.answerTokens.add(tokens)
  }

  /** What came of a prediction of `plainWaitMs`. */
  onWaited(requestClass: RequestClass, predictedMs: number, waitedMs: number): void {
    if (predictedMs > 0) this.bends[requestClass].add(waitedMs / predictedMs)
  }

  /** `plainWaitMs` with what it tends to get wrong: those who will come and go first, lines that are given up. */
  waitMs(requestClass: RequestClass, question: WaitQuestion, nowMs: number): number {
    const bend = this.bends[requestClass].median() ?? 1
    const bounded = Math.min(LARGEST_BEND, Math.max(1 / LARGEST_BEND, bend))
    return this.plainWaitMs(question, nowMs) * bounded
  }

  /**
   * wait = (what a running request has left, in the middle + what is ahead) ⁄ slots: slots become free at an even pace.
   * Before anything is done, the age of the oldest running request stands for what each one takes.
   */
  plainWaitMs({ position, msAhead, slots, running }: WaitQuestion, nowMs: number): number {
    let oldestMs = 0
    let leftMs = 0
    let count = 0
    for (const request of running) {
      oldestMs = Math.max(oldestMs, nowMs - request.grantedAtMs)
      leftMs += this.leftMs(request, nowMs)
      count += 1
    }
    if (this.msPerToken === undefined) return (oldestMs * position) / slots
    return (leftMs / Math.max(1, count) + msAhead) / slots
  }

  private leftMs({ caller, costTokens, grantedAtMs }: PacedRequest, nowMs: number): number {
    const wholeMs = costTokens * (this.msPerTokenOf(caller) ?? 0)
    return Math.max(wholeMs * LEFT_AT_LEAST, wholeMs - (nowMs - grantedAtMs))
  }
}
