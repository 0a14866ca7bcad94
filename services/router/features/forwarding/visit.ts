import type { DialectName } from '@shared/contracts/route-manifest.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { Caller } from '../access/caller.ts'
import type { CallTerms } from '../admission/call-terms.ts'
import type { RouteMatch } from '../routing/route-table.ts'

/** How a visit ended. `client-left`: before its last byte; `cut-off`: its service went away in the middle. */
export type VisitOutcome = 'answered' | 'client-left' | 'cut-off'

/** Is told of every visit. */
export interface VisitObserver {
  /** The first byte of a reply that streams. */
  onFirstByte(visit: Visit, sinceArrivalMs: number): void
  onEnd(visit: Visit, outcome: VisitOutcome, sinceArrivalMs: number): void
}

export interface VisitFacts {
  /** Unlike the request id, never the client's choice. */
  readonly visitId: string
  readonly requestId: string
  readonly method: string
  readonly path: string
}

/** What nginx logs for a client that left before there was a reply. */
const CLIENT_LEFT_STATUS = 499

/** One request, from its first line to the last byte of its reply. */
export class Visit {
  readonly visitId: string
  readonly requestId: string
  readonly method: string
  readonly path: string
  route: RouteMatch | undefined
  model: ModelId | undefined
  /** Who asks; nobody is known before the front door has looked. */
  caller: Caller = { type: 'stranger', hasCredential: false }
  /** On whose account it waits and how: of a call of our own services known at the door, of others once it is placed. */
  terms: CallTerms | undefined
  /** Address of the other end of the connection; undefined when it is not known. */
  peer: string | undefined
  /** Fires, with a Fault, when the visit is to end although its client stays; undefined: nothing does that. */
  cut: AbortSignal | undefined
  /** Origin of the page of another site that sends the request; undefined: none. */
  page: string | undefined
  /** Milliseconds in the queue; undefined for routes without one. */
  queuedMs: number | undefined
  /** Name of the node that answers; undefined: this one, and nobody else was thought of. */
  node: string | undefined
  /** Why that node, for the header `x-skein-route`; undefined: there was nothing to choose. */
  routeNote: string | undefined
  /** To how many nodes it was sent, one after the other. */
  tries = 0
  /** Status that the client got; 499 until there is one. */
  status = CLIENT_LEFT_STATUS
  private readonly arrivedAtMs: number
  private readonly releases: (() => void)[] = []
  private isOpen = true
  private signal: AbortSignal | undefined

  constructor(
    facts: VisitFacts,
    private readonly observer: VisitObserver,
    private readonly now: () => number,
  ) {
    this.visitId = facts.visitId
    this.requestId = facts.requestId
    this.method = facts.method
    this.path = facts.path
    this.arrivedAtMs = now()
  }

  get dialect(): DialectName | undefined {
    return this.route?.entry.dialect
  }

  /** Fires when the client leaves, or with the Fault that ends the visit. */
  signalOf({ signal }: Request): AbortSignal {
    if (this.cut === undefined) return signal
    // Asked for more than once, and dear.
    this.signal ??= AbortSignal.any([signal, this.cut])
    return this.signal
  }

  /** Keeps something until the visit ends: slots, room. Of a visit that has ended it goes back at once. */
  hold(release: () => void): void {
    if (this.isOpen) this.releases.push(release)
    else release()
  }

  onFirstByte(): void {
    this.observer.onFirstByte(this, this.now() - this.arrivedAtMs)
  }

  /** Only the first call counts: a client may leave in the moment in which its reply ends. */
  end(outcome: VisitOutcome): void {
    if (!this.isOpen) return
    this.isOpen = false
    for (const release of this.releases) release()
    this.observer.onEnd(this, outcome, this.now() - this.arrivedAtMs)
  }
}
