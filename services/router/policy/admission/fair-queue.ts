import { KeyedLine } from './keyed-line.ts'
import { RankedSet } from './ranked-set.ts'

/** Work that waits for its turn. */
export interface QueuedWork {
  /** Grows: who came later has a higher one. */
  readonly ticket: number
  /** Whose share it is taken from. */
  readonly caller: string
  /** How much it is expected to take, in tokens; at least one. */
  readonly costTokens: number
}

/** What will be served before somebody's turn comes, as far as it waits already. */
export interface WorkAhead {
  readonly requests: number
  /** What one slot needs for all of them. */
  readonly ms: number
}

/** How fast work of a caller is done: callers differ, for reading a token is much faster than writing one. */
export type MsPerTokenOf = (caller: string) => number

/** All that one caller has here. */
interface Share<Work extends QueuedWork> {
  readonly caller: string
  readonly line: KeyedLine<Work>
  /** Virtual time at which the first of the line starts, in tokens. */
  startTokens: number
  waitingTokens: number
  /** How many were taken and are not done. */
  running: number
}

/**
 * Start-time fair queueing: a virtual clock counts tokens, each caller has a time at which its next work starts, and the
 * earliest is served. Serving moves its caller on by what the work costs, so that callers who always have work waiting
 * get as many tokens as each other, whatever they cut them into. Who comes after a pause starts at the clock: unused
 * time is not saved up, and is not held against anybody. What the work really took is put right afterwards.
 */
export class FairQueue<Work extends QueuedWork> {
  private readonly shares = new Map<string, Share<Work>>()
  private readonly backlogged = new RankedSet<Share<Work>>(isBefore)
  private clockTokens = 0
  private waiting = 0
  private running = 0

  get size(): number {
    return this.waiting
  }

  /** All that waits. Takes as long as there are callers. */
  total(msPerTokenOf: MsPerTokenOf): WorkAhead {
    let ms = 0
    for (const { caller, waitingTokens } of this.backlogged) ms += waitingTokens * msPerTokenOf(caller)
    return { requests: this.waiting, ms }
  }

  add(work: Work): void {
    const share = this.shareOf(work.caller)
    if (share.line.size === 0) share.startTokens = Math.max(share.startTokens, this.clockTokens)
    share.line.add(work.ticket, work)
    this.count(share, work, 1)
    this.backlogged.place(share)
  }

  /** Takes what is next. Its caller is charged now; `finish` must follow. */
  take(): Work | undefined {
    const share = this.backlogged.first
    const work = share?.line.first
    if (share === undefined || work === undefined) return undefined
    this.clockTokens = Math.max(this.clockTokens, share.startTokens)
    share.startTokens += work.costTokens
    share.running += 1
    this.running += 1
    this.takeOut(share, work)
    return work
  }

  /** Takes waiting work out without a charge. */
  remove(caller: string, ticket: number): Work | undefined {
    const share = this.shares.get(caller)
    const work = share?.line.get(ticket)
    if (share === undefined || work === undefined) return undefined
    this.takeOut(share, work)
    this.forgetIdle(caller, share)
    return work
  }

  /** The work is done, and took so many tokens more than expected. */
  finish(caller: string, moreTokens: number): void {
    const share = this.shares.get(caller)
    if (share === undefined) return
    share.running -= 1
    this.running -= 1
    this.correct(caller, moreTokens)
    this.forgetIdle(caller, share)
  }

  /** Work of a caller took so many tokens more than it was charged for. */
  correct(caller: string, moreTokens: number): void {
    const share = this.shares.get(caller)
    if (share === undefined || moreTokens === 0) return
    share.startTokens += moreTokens
    if (share.line.size > 0) this.backlogged.place(share)
  }

  /**
   * What is served before a ticket, or before the next one that its caller would add: its own line exactly, for the other
   * callers as if each one's work were of one size. Takes as long as there are callers, and as the own line is up to it.
   */
  ahead(caller: string, ticket: number | undefined, msPerTokenOf: MsPerTokenOf): WorkAhead {
    const own = this.shares.get(caller)
    const { requests: ownRequests, tokens } = ownAhead(own, ticket)
    let requests = ownRequests
    let ms = tokens * msPerTokenOf(caller)
    const from = ticket ?? Number.POSITIVE_INFINITY
    const startTokens = (own?.line.size ? own.startTokens : this.nextStart(own)) + tokens
    for (const other of this.backlogged) {
      if (other === own) continue
      const before = requestsBefore(other, startTokens, from)
      requests += before
      ms += (other.waitingTokens / other.line.size) * before * msPerTokenOf(other.caller)
    }
    return { requests, ms }
  }

  private nextStart(share: Share<Work> | undefined): number {
    return Math.max(share?.startTokens ?? 0, this.clockTokens)
  }

  private shareOf(caller: string): Share<Work> {
    const known = this.shares.get(caller)
    if (known !== undefined) return known
    const share: Share<Work> = { caller, line: new KeyedLine(), startTokens: 0, waitingTokens: 0, running: 0 }
    this.shares.set(caller, share)
    return share
  }

  private takeOut(share: Share<Work>, work: Work): void {
    share.line.remove(work.ticket)
    this.count(share, work, -1)
    if (share.line.size === 0) this.backlogged.remove(share)
    else this.backlogged.place(share)
  }

  private count(share: Share<Work>, work: Work, by: 1 | -1): void {
    share.waitingTokens += by * work.costTokens
    this.waiting += by
  }

  /** Whom the clock has caught up with has nothing to remember; with nothing to do, nobody has. */
  private forgetIdle(caller: string, share: Share<Work>): void {
    if (this.waiting === 0 && this.running === 0) {
      this.shares.clear()
      this.clockTokens = 0
    } else if (share.line.size === 0 && share.running === 0 && share.startTokens <= this.clockTokens) {
      this.shares.delete(caller)
    }
  }
}

/** The earlier start; of two at the same time the one whose first work came first. */
const isBefore = (left: Share<QueuedWork>, right: Share<QueuedWork>): boolean =>
  left.startTokens === right.startTokens
    ? (left.line.first?.ticket ?? 0) < (right.line.first?.ticket ?? 0)
    : left.startTokens < right.startTokens

const ownAhead = (
  own: Share<QueuedWork> | undefined,
  ticket: number | undefined,
): { readonly requests: number; readonly tokens: number } => {
  if (own === undefined) return { requests: 0, tokens: 0 }
  if (ticket === undefined) return { requests: own.line.size, tokens: own.waitingTokens }
  const { last } = own.line
  // The newest is the one that a full queue sends away: a flood of those must not walk the line each time.
  if (last?.ticket === ticket) {
    return { requests: own.line.size - 1, tokens: own.waitingTokens - last.costTokens }
  }
  let requests = 0
  let tokens = 0
  for (const work of own.line) {
    if (work.ticket === ticket) break
    requests += 1
    tokens += work.costTokens
  }
  return { requests, tokens }
}

/** How many of a caller's requests start before a virtual time; at the same time the one that came first does. */
const requestsBefore = (other: Share<QueuedWork>, startTokens: number, ticket: number): number => {
  const gap = startTokens - other.startTokens
  if (gap < 0) return 0
  if (gap === 0) return (other.line.first?.ticket ?? 0) < ticket ? 1 : 0
  return Math.min(other.line.size, Math.ceil((gap * other.line.size) / other.waitingTokens))
}
