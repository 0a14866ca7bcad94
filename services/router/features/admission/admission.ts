import { AdmissionQueue } from '../../policy/admission-queue.ts'
import type { AdmissionRefusal, AdmissionRequest, QueueState } from '../../policy/admission-queue.ts'
import { admissionFault } from './admission-fault.ts'
import type { RouterClock } from './router-clock.ts'

/** A slot of an engine. Whoever got it must release it, whatever happens; a second release does nothing. */
export interface AdmissionTicket {
  /** Milliseconds that the request waited for the slot. */
  readonly queuedMs: number
  release(): void
}

export interface AdmissionOptions {
  /** How many requests may wait at the same time, on the whole node. */
  readonly queueLimit: number
  /** How long one may wait. */
  readonly waitMs: number
  readonly clock: RouterClock
  readonly onRefused: (reason: AdmissionRefusal['reason']) => void
}

/** A request that has not heard yet. */
interface PendingRequest {
  grant(waitedMs: number): void
  refuse(refusal: AdmissionRefusal): void
}

/** The queue in front of the engines, as requests see it. */
export class Admission {
  private readonly pending = new Map<number, PendingRequest>()
  private readonly queue: AdmissionQueue
  private lastTicket = 0

  constructor(private readonly options: AdmissionOptions) {
    this.queue = new AdmissionQueue(options.queueLimit, {
      grant: (ticket, waitedMs) => this.settle(ticket)?.grant(waitedMs),
      refuse: (ticket, refusal) => {
        options.onRefused(refusal.reason)
        this.settle(ticket)?.refuse(refusal)
      },
    })
  }

  get waitingCount(): number {
    return this.queue.waitingCount
  }

  get runningCount(): number {
    return this.queue.runningCount
  }

  find(requestId: string): QueueState | undefined {
    return this.queue.find(requestId, this.options.clock.now())
  }

  /**
   * Waits for a slot.
   * @throws Fault `queue_full`, or `overloaded` when the longest wait is over; the signal's reason when it fires
   */
  enter(request: Omit<AdmissionRequest, 'ticket'>, signal: AbortSignal): Promise<AdmissionTicket> {
    if (signal.aborted) return Promise.reject(signal.reason)
    const { clock } = this.options
    this.lastTicket += 1
    const ticket = this.lastTicket
    const { promise, resolve, reject } = Promise.withResolvers<AdmissionTicket>()
    this.pending.set(ticket, {
      // The queue ignores tickets that hold no slot, so a second release does nothing.
      grant: (queuedMs) => resolve({ queuedMs, release: () => this.queue.onDone(ticket, clock.now()) }),
      refuse: (refusal) => reject(admissionFault(refusal)),
    })
    this.queue.onRequest({ ...request, ticket }, clock.now())
    return this.pending.has(ticket) ? this.waitFor(promise, ticket, { reject, signal }) : promise
  }

  /** Leaves the queue when the client leaves, or when the longest wait is over. */
  private async waitFor(
    promise: Promise<AdmissionTicket>,
    ticket: number,
    { reject, signal }: { reject: (reason: unknown) => void; signal: AbortSignal },
  ): Promise<AdmissionTicket> {
    const { clock, waitMs } = this.options
    const onLeft = (): void => {
      if (this.settle(ticket) === undefined) return
      this.queue.onCancelled(ticket, clock.now())
      reject(signal.reason)
    }
    const cancelDeadline = clock.after(waitMs, () => this.queue.onDeadline(ticket, clock.now()))
    signal.addEventListener('abort', onLeft)
    try {
      return await promise
    } finally {
      cancelDeadline()
      signal.removeEventListener('abort', onLeft)
    }
  }

  private settle(ticket: number): PendingRequest | undefined {
    const request = this.pending.get(ticket)
    this.pending.delete(ticket)
    return request
  }
}
