import type { RequestClass } from '@shared/inference/request-class.ts'
import { KeyedLine } from './keyed-line.ts'
import { RankedSet } from './ranked-set.ts'

/** Who has a place. */
export interface Guest {
  readonly ticket: number
  readonly caller: string
  readonly requestClass: RequestClass
}

/** The places that one caller has. */
interface Party {
  readonly caller: string
  readonly lines: Readonly<Record<RequestClass, KeyedLine<number>>>
}

const placesOf = ({ lines }: Party): number => lines.interactive.size + lines.batch.size

/**
 * The places for requests that wait, on the whole node. While there are free ones anybody may have them all; when there
 * are none, who has most of them gives one up for a caller with fewer, so that nobody can shut the others out.
 */
export class WaitingRoom {
  private readonly parties = new Map<string, Party>()
  private readonly bySize = new RankedSet<Party>((left, right) => placesOf(left) > placesOf(right))
  private taken = 0

  constructor(private readonly places: number) {}

  get size(): number {
    return this.taken
  }

  get isFull(): boolean {
    return this.taken >= this.places
  }

  enter({ ticket, caller, requestClass }: Guest): void {
    const party = this.partyOf(caller)
    party.lines[requestClass].add(ticket, ticket)
    this.taken += 1
    this.bySize.place(party)
  }

  leave({ ticket, caller, requestClass }: Guest): void {
    const party = this.parties.get(caller)
    if (party?.lines[requestClass].remove(ticket) === undefined) return
    this.taken -= 1
    if (placesOf(party) > 0) {
      this.bySize.place(party)
      return
    }
    this.bySize.remove(party)
    this.parties.delete(caller)
  }

  /**
   * The ticket whose place a newcomer may have when the room is full: the newest of the caller who has most, those of
   * batch first, as long as that caller still has no fewer than the newcomer's afterwards; else, for an interactive
   * request, a batch one of the same caller. Undefined: the newcomer has to go.
   */
  whoGoesFor({ caller, requestClass }: Pick<Guest, 'caller' | 'requestClass'>): number | undefined {
    const own = this.parties.get(caller)
    const largest = this.bySize.first
    const ownPlaces = own === undefined ? 0 : placesOf(own)
    if (largest !== undefined && placesOf(largest) > ownPlaces + 1) {
      return largest.lines.batch.last ?? largest.lines.interactive.last
    }
    return requestClass === 'interactive' ? own?.lines.batch.last : undefined
  }

  private partyOf(caller: string): Party {
    const known = this.parties.get(caller)
    if (known !== undefined) return known
    const party: Party = { caller, lines: { interactive: new KeyedLine(), batch: new KeyedLine() } }
    this.parties.set(caller, party)
    return party
  }
}
