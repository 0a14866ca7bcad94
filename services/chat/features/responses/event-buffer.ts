import { Fault } from '@shared/fault/fault.ts'
import type { WrittenEvent } from '@shared/dialects/openai/responses/responses-frames.ts'

/** Events of one response that are kept; when there are more the oldest go. */
export const MOST_EVENTS = 8192
const MOST_CHARACTERS = 64 * 1024 * 1024

/** The events of a response that is being written, numbered without gaps, up to a limit. */
export class EventBuffer {
  private events: WrittenEvent[] = []
  private start = 0
  private characters = 0

  /** Number of the oldest event that is still here (or of the next, when none is). */
  get oldest(): number {
    return this.events[this.start]?.sequence ?? this.next
  }

  private next = 0

  add(events: readonly WrittenEvent[]): void {
    for (const event of events) {
      this.events.push(event)
      this.characters += event.json.length
      this.next = event.sequence + 1
    }
    while (this.isTooMuch()) {
      this.characters -= this.events[this.start]?.json.length ?? 0
      this.start += 1
    }
    // In one go, now and then: taking the first of a long list is slow.
    if (this.start < MOST_EVENTS / 8) return
    this.events = this.events.slice(this.start)
    this.start = 0
  }

  /** Everything with a number above `sequence`. @throws Fault `conflict` when some of it is gone */
  after(sequence: number): readonly WrittenEvent[] {
    checkKept(this.oldest, sequence)
    const first = this.events[this.start]?.sequence ?? 0
    return this.events.slice(this.start + Math.max(0, sequence + 1 - first))
  }

  private isTooMuch(): boolean {
    const count = this.events.length - this.start
    return count > MOST_EVENTS || (count > 1 && this.characters > MOST_CHARACTERS)
  }
}

/** @throws Fault `conflict` when the event that comes after `sequence` is older than the oldest that is kept */
export const checkKept = (oldest: number, sequence: number): void => {
  if (sequence + 1 >= oldest) return
  throw new Fault(
    'conflict',
    `The events up to ${oldest - 1} of this response are no longer kept. Ask with starting_after=${oldest - 1} or more, or without stream for the response itself.`,
    { param: 'starting_after', details: { oldest_sequence_number: oldest } },
  )
}
