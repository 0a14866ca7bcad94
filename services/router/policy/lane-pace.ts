import type { RequestClass } from '@shared/inference/request-class.ts'
import { RecentValues } from './recent-values.ts'

/** Estimates look at so many of the last requests: enough for a steady middle, few enough to follow a change. */
const REMEMBERED = 63
/** A prediction is bent by what the last ones got wrong, but never further than this, up or down. */
const LARGEST_BEND = 5

/** A request that holds a slot. */
export interface PacedRequest {
  readonly costTokens: number
  readonly grantedAtMs: number
}

/** What has to be worked through before a request gets its slot. */
export interface WaitQuestion {
  /** 1 is next. */
  readonly position: number
  /** Of those that wait before it. */
  readonly tokensAhead: number
  readonly slots: number
  readonly running: Iterable<PacedRequest>
}

/** How fast a model works through its requests, learned from those that are done. */
export class LanePace {
  private readonly tookMs = new RecentValues(REMEMBERED)
  private readonly tookTokens = new RecentValues(REMEMBERED)
  private readonly answerTokens = new RecentValues(REMEMBERED)
  private readonly bends: Readonly<Record<RequestClass, RecentValues>> = {
    interactive: new RecentValues(REMEMBERED),
    batch: new RecentValues(REMEMBERED),
  }

  /** What one slot needs for a token; undefined until a request is done. */
  get msPerToken(): number | undefined {
    return this.tookTokens.sum === 0 ? undefined : this.tookMs.sum / this.tookTokens.sum
  }

  /** Undefined until an answer was counted. */
  get meanAnswerTokens(): number | undefined {
    return this.answerTokens.mean()
  }

  onDone(tookMs: number, tokens: number): void {
    this.tookMs.add(tookMs)
    this.tookTokens.add(tokens)
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
   * wait = (what a running request has left, in the middle + tokens ahead × ms per token) ⁄ slots: slots become free at an
   * even pace. Before anything is done, the age of the oldest running request stands for what each one takes.
   */
  plainWaitMs({ position, tokensAhead, slots, running }: WaitQuestion, nowMs: number): number {
    const { msPerToken } = this
    let oldestMs = 0
    let leftMs = 0
    let count = 0
    for (const { costTokens, grantedAtMs } of running) {
      const ageMs = nowMs - grantedAtMs
      oldestMs = Math.max(oldestMs, ageMs)
      leftMs += Math.max(0, costTokens * (msPerToken ?? 0) - ageMs)
      count += 1
    }
    if (msPerToken === undefined) return (oldestMs * position) / slots
    return (leftMs / Math.max(1, count) + tokensAhead * msPerToken) / slots
  }
}
