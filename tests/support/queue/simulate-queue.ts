import { AdmissionQueue } from '@service/router/policy/admission/admission-queue.ts'
import type {
  AdmissionEffects,
  AdmissionRefusal,
  AdmissionRules,
} from '@service/router/policy/admission/admission-queue.ts'
import type { MemoryFacts } from '@service/router/policy/admission/model-turns.ts'
import { RankedSet } from '@service/router/policy/admission/ranked-set.ts'
import type { RequestClass } from '@shared/inference/request-class.ts'

/** A request that somebody sends, with what only the engine will find out. */
export interface SimulatedRequest {
  readonly caller: string
  readonly requestClass: RequestClass
  readonly lane: string
  readonly bodyBytes: number
  readonly limitTokens: number | undefined
  readonly promptTokens: number
  readonly completionTokens: number
}

/** What became of one. Times in milliseconds of the simulation. */
export interface SimulatedVisit extends SimulatedRequest {
  readonly arrivedAtMs: number
  /** What the queue told the client right after it came; 0 when it went on at once. */
  readonly predictedMs: number
  grantedAtMs: number | undefined
  doneAtMs: number | undefined
  refused: AdmissionRefusal['reason'] | undefined
}

export interface SimulatedEngine {
  readonly slots: number
  readonly promptMsPerToken: number
  readonly completionMsPerToken: number
}

export interface SimulationOptions {
  readonly rules: AdmissionRules
  readonly waitMs: number
  readonly engines: Readonly<Record<string, SimulatedEngine>>
  /** False: engines do not count tokens, so that only time tells what requests took. */
  readonly tellsCosts: boolean
  /** Called whenever a request has ended, one way or the other: the next one of a client that always has one. */
  readonly onEnd?: (visit: SimulatedVisit, simulation: QueueSimulation) => void
}

interface Happening {
  readonly atMs: number
  readonly order: number
  readonly happen: () => void
}

/** Every model has its memory, or nobody knows. */
export const NO_MEMORY_FACTS: MemoryFacts = { budgetBytes: undefined, bytesOf: () => 0 }

/** Days of a queue in a second: real decisions, simulated clients and engines. */
export class QueueSimulation {
  readonly visits: SimulatedVisit[] = []
  nowMs = 0
  private readonly open = new Map<number, SimulatedVisit>()
  private readonly queue: AdmissionQueue
  private readonly coming = new RankedSet<Happening>((left, right) =>
    left.atMs === right.atMs ? left.order < right.order : left.atMs < right.atMs,
  )
  private lastOrder = 0

  constructor(private readonly options: SimulationOptions) {
    const effects: AdmissionEffects = {
      grant: (ticket) => this.work(ticket),
      refuse: (ticket, { reason }) => {
        const visit = this.open.get(ticket)
        if (visit === undefined) return
        visit.refused = reason
        this.end(ticket, visit)
      },
    }
    this.queue = new AdmissionQueue(options.rules, effects, NO_MEMORY_FACTS)
  }

  /** A request that comes at a time. */
  arrive(atMs: number, request: SimulatedRequest): void {
    this.at(atMs, () => this.enter(request))
  }

  /** Lets all happen that happens until a time. */
  run(untilMs = Number.POSITIVE_INFINITY): void {
    for (let next = this.coming.first; next !== undefined; next = this.coming.first) {
      if (next.atMs > untilMs) return
      this.coming.remove(next)
      this.nowMs = next.atMs
      next.happen()
    }
  }

  private at(atMs: number, happen: () => void): void {
    this.lastOrder += 1
    this.coming.place({ atMs, order: this.lastOrder, happen })
  }

  private enter(request: SimulatedRequest): void {
    const { lane, bodyBytes, limitTokens, caller, requestClass } = request
    const ticket = this.visits.length + 1
    const visit = {
      ...request,
      arrivedAtMs: this.nowMs,
      predictedMs: 0,
      grantedAtMs: undefined as number | undefined,
      doneAtMs: undefined,
      refused: undefined,
    }
    this.visits.push(visit)
    this.open.set(ticket, visit)
    const size = { bodyBytes, limitTokens }
    const { slots = 1 } = this.options.engines[lane] ?? {}
    const asked = { ticket, requestId: `r${ticket}`, lane, slots, caller, requestClass, size }
    this.queue.onRequest(asked, this.nowMs)
    if (!this.open.has(ticket) || visit.grantedAtMs !== undefined) return
    visit.predictedMs = this.queue.find(`r${ticket}`, this.nowMs)?.etaMs ?? 0
    this.at(this.nowMs + this.options.waitMs, () => this.queue.onDeadline(ticket, this.nowMs))
  }

  private work(ticket: number): void {
    const visit = this.open.get(ticket)
    const engine = visit && this.options.engines[visit.lane]
    if (visit === undefined || engine === undefined) return
    visit.grantedAtMs = this.nowMs
    const { promptTokens, completionTokens } = visit
    const tookMs = promptTokens * engine.promptMsPerToken + completionTokens * engine.completionMsPerToken
    this.at(this.nowMs + tookMs, () => {
      visit.doneAtMs = this.nowMs
      this.queue.onDone(ticket, this.nowMs)
      if (this.options.tellsCosts) this.queue.onCost(visit.lane, ticket, { promptTokens, completionTokens })
      this.end(ticket, visit)
    })
  }

  private end(ticket: number, visit: SimulatedVisit): void {
    this.open.delete(ticket)
    this.options.onEnd?.(visit, this)
  }
}
