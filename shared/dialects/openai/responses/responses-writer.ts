import type { Fault } from '@shared/fault/fault.ts'
import type { GenerationEvent, GenerationFinish } from '@shared/inference/generation-event.ts'
import { responsesErrorEvent, responsesErrorOf } from './responses-faults.ts'
import { ResponseOutput } from './responses-output.ts'
import type { UnnumberedEvent } from './responses-open-item.ts'
import { encodeResponsesUsage, isDone } from './responses-resource.ts'
import type { ResponseResource, ResponseStatus } from './responses-resource.ts'

/** An event of a response's stream, numbered from 0. */
export type ResponseEvent = UnnumberedEvent & { readonly sequence_number: number }

/** Writes one response: from the events of an answer the events of the wire and the resource, with the same ids in both. */
export class ResponseWriter {
  private readonly output: ResponseOutput

  /**
   * @param current queued or in progress, without output
   * @param now Unix milliseconds
   * @param sequence number of the next event; above 0 for a response some of whose events were told already
   */
  constructor(
    private current: ResponseResource,
    private readonly now: () => number,
    private sequence = 0,
  ) {
    this.output = new ResponseOutput(current.id)
  }

  /** The response as it is now. */
  resource(): ResponseResource {
    return isDone(this.status) ? this.current : { ...this.current, output: this.output.items() }
  }

  get status(): ResponseStatus {
    return this.current.status
  }

  /** That it is there; told once, first. */
  begin(): readonly ResponseEvent[] {
    const isQueued = this.current.status === 'queued'
    return this.number([this.lifecycle('created'), this.lifecycle(isQueued ? 'queued' : 'in_progress')])
  }

  take(event: GenerationEvent): readonly ResponseEvent[] {
    if (isDone(this.status)) return []
    const told = [...this.start(), ...this.output.take(event)]
    return this.number(event.type === 'generation-finish' ? [...told, this.finish(event)] : told)
  }

  /** Ends it, unless it has ended. */
  fail(fault: Fault): readonly ResponseEvent[] {
    if (isDone(this.status)) return []
    const closed = this.output.close('incomplete')
    this.end('failed', { error: responsesErrorOf(fault) })
    return this.number([...closed, responsesErrorEvent(fault), this.lifecycle('failed')])
  }

  /** Ends it as cancelled, unless it has ended. */
  cancel(): readonly ResponseEvent[] {
    if (isDone(this.status)) return []
    const closed = this.output.close('incomplete')
    this.end('cancelled')
    // OpenAI has no event for this: its clients know a response that ended early as incomplete.
    return this.number([...closed, this.lifecycle('incomplete')])
  }

  /** A queued response is at work from the model's first event on. */
  private start(): readonly UnnumberedEvent[] {
    if (this.current.status !== 'queued') return []
    this.current = { ...this.current, status: 'in_progress' }
    return [this.lifecycle('in_progress')]
  }

  private finish({ reason, usage }: GenerationFinish): UnnumberedEvent {
    const isCut = reason === 'length'
    this.end(isCut ? 'incomplete' : 'completed', {
      usage: encodeResponsesUsage(usage),
      incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    })
    return this.lifecycle(isCut ? 'incomplete' : 'completed')
  }

  private end(status: ResponseStatus, changes: Partial<ResponseResource> = {}): void {
    const completedAt = Math.floor(this.now() / 1000)
    this.current = { ...this.resource(), completed_at: completedAt, ...changes, status }
  }

  private lifecycle(name: string): UnnumberedEvent {
    return { type: `response.${name}`, response: this.resource() }
  }

  private number(events: readonly UnnumberedEvent[]): readonly ResponseEvent[] {
    return events.map((event) => ({ ...event, sequence_number: this.sequence++ }))
  }
}
