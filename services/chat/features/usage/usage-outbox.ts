import { USAGE_SIGN_OF_LIFE_MS } from '@shared/contracts/engine-usage.ts'
import type { EngineUsage } from '@shared/contracts/engine-usage.ts'
import type { EngineWork, WorkObserver } from './engine-work.ts'

/** About two megabytes: what engines do while the router restarts. */
const MOST_LINES = 10_000
const DRAINING_LOOK_EVERY_MS = 50

export interface UsageOutboxPorts {
  /** Calls back once; the returned function takes that back. */
  readonly clock: { after(delayMs: number, callback: () => void): () => void }
  /** A line was thrown away, because nobody has read for too long. */
  readonly onDropped: () => void
}

/** Keeps what was used until the router has read it. The oldest is dropped when there is too much. */
export class UsageOutbox implements WorkObserver {
  private lines: string[] = []
  /** Undefined: the service is not about to end. */
  private hasOtherRequests: (() => boolean) | undefined
  private wake: () => void = () => undefined
  private readerCount = 0

  constructor(private readonly ports: UsageOutboxPorts) {}

  onBegin(): void {}

  onTokens(): void {}

  onEnd(work: EngineWork): void {
    if (work.visitId !== undefined && work.promptTokens + work.completionTokens > 0) {
      if (this.lines.length >= MOST_LINES) {
        this.lines.shift()
        this.ports.onDropped()
      }
      this.lines.push(lineOf({ ...work, visitId: work.visitId }))
    }
    this.wake()
  }

  /**
   * From now on a reading ends soon after all other requests did, for an open stream would keep the process from ending.
   * Work in the background is not waited for.
   */
  drain(hasOtherRequests: () => boolean): void {
    this.hasOtherRequests = hasOtherRequests
    this.wake()
  }

  /** Lines as they come, several at a time. Ends when the signal fires, and when another reader comes. */
  async *read(signal: AbortSignal): AsyncGenerator<string> {
    this.readerCount += 1
    const reader = this.readerCount
    this.wake()
    // Something at once: only then does the reader get the status line.
    yield '\n'
    while (!signal.aborted && reader === this.readerCount) {
      if (this.lines.length > 0) {
        const taken = this.lines
        this.lines = []
        yield taken.join('')
      } else if (this.hasOtherRequests?.() === false) {
        return
      } else if (!(await this.changesInTime(signal))) {
        yield '\n'
      }
    }
  }

  /** False when nothing has happened for so long that the reader needs a sign of life. */
  private changesInTime(signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const wake = (): void => resolve(true)
    this.wake = wake
    const longestMs = this.hasOtherRequests === undefined ? USAGE_SIGN_OF_LIFE_MS : DRAINING_LOOK_EVERY_MS
    const cancel = this.ports.clock.after(longestMs, () => resolve(false))
    signal.addEventListener('abort', wake, { once: true })
    return promise.finally(() => {
      cancel()
      signal.removeEventListener('abort', wake)
    })
  }
}

const lineOf = (usage: EngineUsage): string => {
  const { cachedTokens, completionTokens, decodeMs, firstTokenMs, loadMs, model, promptTokens } = usage
  const { reasoningTokens, visitId } = usage
  const told: EngineUsage = {
    visitId,
    model,
    promptTokens,
    cachedTokens,
    completionTokens,
    reasoningTokens,
    firstTokenMs,
    decodeMs,
    loadMs,
  }
  return `${JSON.stringify(told)}\n`
}
