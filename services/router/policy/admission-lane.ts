import { ServiceTimes } from './service-times.ts'

/** One request at the door of a lane. Times are milliseconds of one steady clock. */
export interface LaneRequest {
  /** Unique, unlike the id, which the client may choose. */
  readonly ticket: number
  readonly requestId: string
  readonly arrivedAtMs: number
}

export interface QueuePlace {
  /** 1 is the next to be let in. */
  readonly position: number
  readonly etaMs: number
}

/** The requests of one model: at most `slots` running, the others in the order in which they came. */
export class AdmissionLane {
  slots = 1
  private readonly waiting: LaneRequest[] = []
  private readonly running = new Map<number, LaneRequest & { readonly grantedAtMs: number }>()
  private readonly serviceTimes = new ServiceTimes()

  get waitingCount(): number {
    return this.waiting.length
  }

  get runningCount(): number {
    return this.running.size
  }

  wait(request: LaneRequest): void {
    this.waiting.push(request)
  }

  /** Takes the request that is next, if there is a free slot. Other orders than first come, first served go in here. */
  grantNext(nowMs: number): LaneRequest | undefined {
    if (this.running.size >= this.slots) return undefined
    const request = this.waiting.shift()
    if (request !== undefined) this.running.set(request.ticket, { ...request, grantedAtMs: nowMs })
    return request
  }

  /** True when the ticket held a slot, which is free now. */
  finish(ticket: number, nowMs: number): boolean {
    const request = this.running.get(ticket)
    if (request === undefined) return false
    this.running.delete(ticket)
    this.serviceTimes.add(nowMs - request.grantedAtMs)
    return true
  }

  /** Takes a waiting request out of the line; its place when it stood there. */
  leave(ticket: number, nowMs: number): QueuePlace | undefined {
    const index = this.waiting.findIndex((request) => request.ticket === ticket)
    if (index < 0) return undefined
    this.waiting.splice(index, 1)
    return this.place(index + 1, nowMs)
  }

  /** Place of a request by the id that its client knows; `running` when it has its slot. */
  find(requestId: string, nowMs: number): QueuePlace | 'running' | undefined {
    const index = this.waiting.findIndex((request) => request.requestId === requestId)
    if (index >= 0) return this.place(index + 1, nowMs)
    return [...this.running.values()].some((request) => request.requestId === requestId)
      ? 'running'
      : undefined
  }

  /**
   * eta = median service time × position ⁄ slots: busy slots become free at an even pace of slots ⁄ median.
   * Before anything is done, the age of the oldest running request stands for the median.
   */
  place(position: number, nowMs: number): QueuePlace {
    const ages = [...this.running.values()].map((request) => nowMs - request.grantedAtMs)
    const serviceTimeMs = this.serviceTimes.medianMs() ?? Math.max(0, ...ages)
    return { position, etaMs: Math.round((serviceTimeMs * position) / this.slots) }
  }
}
