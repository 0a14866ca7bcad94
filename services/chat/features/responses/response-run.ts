import { writtenEvent } from '@shared/dialects/openai/responses/responses-frames.ts'
import type { WrittenEvent } from '@shared/dialects/openai/responses/responses-frames.ts'
import { isDone } from '@shared/dialects/openai/responses/responses-resource.ts'
import type { ResponseResource } from '@shared/dialects/openai/responses/responses-resource.ts'
import type { ResponseEvent, ResponseWriter } from '@shared/dialects/openai/responses/responses-writer.ts'
import type { Fault } from '@shared/fault/fault.ts'
import { EventBuffer } from './event-buffer.ts'
import type { StoredItem } from './response-store.ts'

/** Where a run keeps what comes of it. None of its methods throws. */
export interface RunKeeper {
  keepEvents(id: string, events: readonly WrittenEvent[], oldest: number): void
  /** Told once, when the response does not change any more. */
  keepEnd(run: ResponseRun): void
}

export interface RunFacts {
  /** What the response is made from. */
  readonly context: readonly StoredItem[]
  /** Its events are kept, and can be asked for again. */
  readonly keepsEvents: boolean
  /** Milliseconds of a clock that never jumps. */
  readonly elapsedMs: () => number
}

/** Events are brought to the disk this often while they come, and at the end. */
const SAVE_EVERY_MS = 1000

/** A response while it is written, and those who wait for it. */
export class ResponseRun {
  /** Why it failed. */
  fault: Fault | undefined
  /** True when it does not change any more and no event will come. */
  isOver = false
  private readonly stopped = new AbortController()
  private readonly buffer = new EventBuffer()
  private unsaved: WrittenEvent[] = []
  private savedAt = Number.NEGATIVE_INFINITY
  private next = Promise.withResolvers<void>()
  private farewell: readonly WrittenEvent[] | undefined

  constructor(
    readonly writer: ResponseWriter,
    readonly facts: RunFacts,
    private readonly keeper: RunKeeper | undefined,
  ) {}

  get resource(): ResponseResource {
    return this.writer.resource()
  }

  /** Fires when the response is cancelled. */
  get signal(): AbortSignal {
    return this.stopped.signal
  }

  /** Ends it now; its engine stops soon after. @returns the last events, unless it was over already */
  cancel(): readonly WrittenEvent[] {
    this.farewell ??= this.publish(this.writer.cancel())
    this.stopped.abort(new DOMException('The response was cancelled.', 'AbortError'))
    return this.farewell
  }

  /** Writes events down for all who follow. @returns them as they are sent */
  publish(events: readonly ResponseEvent[]): readonly WrittenEvent[] {
    const written = events.map(writtenEvent)
    if (this.facts.keepsEvents) {
      this.buffer.add(written)
      this.unsaved.push(...written)
    }
    const hasEnded = !this.isOver && isDone(this.writer.status)
    if (hasEnded || this.facts.elapsedMs() - this.savedAt >= SAVE_EVERY_MS) this.saveEvents()
    if (hasEnded) this.end()
    this.wake()
    return written
  }

  /** @throws Fault `conflict` when some of the events are no longer kept */
  eventsAfter(sequence: number): readonly WrittenEvent[] {
    return this.buffer.after(sequence)
  }

  /** Resolves with the next event, or the end. */
  changed(): Promise<void> {
    return this.next.promise
  }

  private end(): void {
    this.isOver = true
    this.keeper?.keepEnd(this)
  }

  private saveEvents(): void {
    this.savedAt = this.facts.elapsedMs()
    if (this.unsaved.length === 0) return
    const events = this.unsaved.filter(({ sequence }) => sequence >= this.buffer.oldest)
    this.unsaved = []
    this.keeper?.keepEvents(this.resource.id, events, this.buffer.oldest)
  }

  private wake(): void {
    const { resolve } = this.next
    this.next = Promise.withResolvers()
    resolve()
  }
}
