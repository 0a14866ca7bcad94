import type { EngineUsage } from '@shared/contracts/engine-usage.ts'
import type { RequestClass } from '@shared/inference/request-class.ts'
import { AdmissionQueue } from '../../policy/admission/admission-queue.ts'
import type {
  AdmissionEffects,
  AdmissionRefusal,
  AdmissionRequest,
  AdmissionRules,
  LaneFigures,
  QueueState,
} from '../../policy/admission/admission-queue.ts'
import { NewestEntries } from '../../policy/newest-entries.ts'
import { admissionFault } from './admission-fault.ts'
import type { MemoryFacts } from '../../policy/admission/model-turns.ts'
import type { RouterClock } from './router-clock.ts'

/** A slot of an engine. Whoever got it must release it, whatever happens; a second release does nothing. */
export interface AdmissionTicket {
  /** Milliseconds that the request waited for the slot. */
  readonly queuedMs: number
  release(): void
}

/** A request at the door. */
export interface EnteringRequest extends Omit<AdmissionRequest, 'ticket'> {
  readonly visitId: string
  /** How long its caller will still wait; undefined when they do not say. */
  readonly patienceMs: number | undefined
}

export interface AdmissionOptions extends AdmissionRules {
  /** How long one may wait. */
  readonly waitMs: number
  readonly memory: MemoryFacts
  readonly clock: RouterClock
  readonly onRefused: (reason: AdmissionRefusal['reason'], requestClass: RequestClass) => void
}

/** What engines tell of their work comes around its end; of so many visits it is known where it belongs. */
const MOST_VISITS = 4096

/** A request that has not heard yet. */
interface PendingRequest {
  readonly requestClass: RequestClass
  grant(waitedMs: number): void
  refuse(refusal: AdmissionRefusal): void
}

/** The queue in front of the engines, as requests see it. */
export class Admission {
  private readonly pending = new Map<number, PendingRequest>()
  /** The last visits that entered, by their ids. */
  private readonly visits = new NewestEntries<{ readonly lane: string; readonly ticket: number }>(MOST_VISITS)
  private readonly queue: AdmissionQueue
  private lastTicket = 0

  constructor(private readonly options: AdmissionOptions) {
    const { modelTurnMs, waitMs } = options
    // A turn must not outlast the patience of those who wait for the next one.
    const rules = { ...options, modelTurnMs: Math.min(modelTurnMs, waitMs / 2) }
    const effects: AdmissionEffects = {
      grant: (ticket, waitedMs) => this.settle(ticket)?.grant(waitedMs),
      refuse: (ticket, refusal) => {
        const request = this.settle(ticket)
        if (request === undefined) return
        options.onRefused(refusal.reason, request.requestClass)
        request.refuse(refusal)
      },
    }
    this.queue = new AdmissionQueue(rules, effects, options.memory)
  }

  get waitingCount(): number {
    return this.queue.waitingCount
  }

  /** How many of a class wait for a slot. */
  waitingOf(requestClass: RequestClass): number {
    return [...this.pending.values()].filter((request) => request.requestClass === requestClass).length
  }

  get runningCount(): number {
    return this.queue.runningCount
  }

  /** Lanes that have something to do. */
  busyLanes(): readonly LaneFigures[] {
    return this.queue.busyLanes()
  }

  find(requestId: string): QueueState | undefined {
    return this.queue.find(requestId, this.options.clock.now())
  }

  /** What an engine did for a visit: its caller's share is charged with that instead of a guess. */
  onUse({ visitId, promptTokens, cachedTokens, completionTokens }: EngineUsage): void {
    const visit = this.visits.get(visitId)
    if (visit === undefined) return
    const readTokens = Math.max(0, promptTokens - cachedTokens)
    this.queue.onCost(visit.lane, visit.ticket, { promptTokens: readTokens, completionTokens })
  }

  /**
   * Waits for a slot.
   * @throws Fault `queue_full`, or `overloaded` when the longest wait or the caller's patience is over; the signal's
   * reason when it fires
   */
  enter({ patienceMs, visitId, ...request }: EnteringRequest, signal: AbortSignal): Promise<AdmissionTicket> {
    if (signal.aborted) return Promise.reject(signal.reason)
    const { clock, onRefused, waitMs } = this.options
    const { lane, requestClass } = request
    if (patienceMs !== undefined && patienceMs <= 0) {
      onRefused('deadline-passed', requestClass)
      return Promise.reject(admissionFault({ reason: 'deadline-passed', position: 0, etaMs: 0 }))
    }
    this.lastTicket += 1
    const ticket = this.lastTicket
    this.visits.set(visitId, { lane, ticket })
    const { promise, resolve, reject } = Promise.withResolvers<AdmissionTicket>()
    this.pending.set(ticket, {
      requestClass,
      grant: (queuedMs) => resolve(this.ticketFor(ticket, queuedMs)),
      refuse: (refusal) => reject(admissionFault(refusal)),
    })
    this.queue.onRequest({ ...request, ticket }, clock.now())
    if (!this.pending.has(ticket)) return promise
    const longestMs = Math.min(waitMs, patienceMs ?? waitMs)
    return this.waitFor(promise, ticket, { reject, signal, longestMs })
  }

  /** The queue ignores tickets that hold no slot, so a second release does nothing. */
  private ticketFor(ticket: number, queuedMs: number): AdmissionTicket {
    return { queuedMs, release: () => this.queue.onDone(ticket, this.options.clock.now()) }
  }

  /** Leaves the queue when the client leaves, or when the longest wait is over. */
  private async waitFor(
    promise: Promise<AdmissionTicket>,
    ticket: number,
    watch: { reject: (reason: unknown) => void; signal: AbortSignal; longestMs: number },
  ): Promise<AdmissionTicket> {
    const { clock } = this.options
    const { reject, signal, longestMs } = watch
    const onLeft = (): void => {
      if (this.settle(ticket) === undefined) return
      this.queue.onCancelled(ticket, clock.now())
      reject(signal.reason)
    }
    const cancelDeadline = clock.after(longestMs, () => this.queue.onDeadline(ticket, clock.now()))
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
