import type { GenerationEvent, ToolResult } from '@shared/inference/generation-event.ts'
import { outputItemId } from './responses-items.ts'
import type { FunctionCallOutputItem, ItemStatus, ResponseItem } from './responses-items.ts'
import { openFunctionCall, openMessage, openReasoning } from './responses-open-item.ts'
import type { ItemPlace, OpenItem, UnnumberedEvent } from './responses-open-item.ts'

type Written = Extract<GenerationEvent, { readonly type: 'text-delta' | 'reasoning-delta' }>
type CallEvent = Extract<GenerationEvent, { readonly index: number }>

/** Makes the output items of an answer, one after the other, and the events that tell of them. */
export class ResponseOutput {
  private readonly done: ResponseItem[] = []
  private open: OpenItem | undefined

  constructor(private readonly responseId: string) {}

  /** All items so far; the last one may still be in progress. */
  items(): readonly ResponseItem[] {
    return this.open === undefined ? [...this.done] : [...this.done, this.open.item('in_progress')]
  }

  take(event: GenerationEvent): readonly UnnumberedEvent[] {
    switch (event.type) {
      case 'generation-start':
        return []
      case 'reasoning-delta':
        return this.write('reasoning', event)
      case 'text-delta':
        return this.write('message', event)
      case 'tool-result':
        return this.tellResult(event.result)
      case 'generation-finish':
        return this.finish(event.reason === 'length' ? 'incomplete' : 'completed')
      default:
        return this.takeCall(event)
    }
  }

  private takeCall(event: CallEvent): readonly UnnumberedEvent[] {
    switch (event.type) {
      case 'tool-call-start':
        return this.beginCall(event.id, event.name)
      case 'tool-call-delta':
        return this.open?.append(event.text) ?? []
      case 'tool-call-end':
        return this.close('completed')
    }
  }

  /** Closes the item that is open; it is `incomplete` when the answer was cut off. */
  close(status: Exclude<ItemStatus, 'in_progress'>): readonly UnnumberedEvent[] {
    if (this.open === undefined) return []
    const { open } = this
    this.open = undefined
    return [...open.closing(), this.add(open.item(status))]
  }

  /** Who asks for text gets a message, also when the model had nothing to say. */
  private finish(status: 'completed' | 'incomplete'): readonly UnnumberedEvent[] {
    const isEmpty = this.done.length === 0 && this.open === undefined
    const begun = isEmpty ? this.begin(() => openMessage(this.place('message'))) : []
    return [...begun, ...this.close(status)]
  }

  /** The text goes on in the item that is open, or in a new one. */
  private write(type: 'message' | 'reasoning', event: Written): readonly UnnumberedEvent[] {
    const isOpen = this.open?.type === type
    if (event.text === '' && !isOpen) return []
    const create = type === 'message' ? openMessage : openReasoning
    const begun = isOpen ? [] : this.begin(() => create(this.place(type)))
    const logprobs = event.type === 'text-delta' ? event.logprobs : undefined
    return [...begun, ...(this.open?.append(event.text, logprobs) ?? [])]
  }

  private beginCall(id: string, name: string): readonly UnnumberedEvent[] {
    return this.begin(() => openFunctionCall(this.place('function_call'), { id, name }))
  }

  /** A call that this node answered itself: two items, both whole. */
  private tellResult({ call, output }: ToolResult): readonly UnnumberedEvent[] {
    const called = [
      ...this.beginCall(call.id, call.name),
      ...(this.open?.append(call.arguments) ?? []),
      ...this.close('completed'),
    ]
    const item: FunctionCallOutputItem = {
      type: 'function_call_output',
      id: this.place('function_call_output').id,
      status: 'completed',
      call_id: call.id,
      output,
    }
    return [...called, this.added(item), this.add(item)]
  }

  /** Ends what is open and begins another item. */
  private begin(create: () => OpenItem): readonly UnnumberedEvent[] {
    const closed = this.close('completed')
    this.open = create()
    return [...closed, this.added(this.open.item('in_progress')), ...this.open.opening()]
  }

  private place(type: ResponseItem['type']): ItemPlace {
    const index = this.done.length
    return { id: outputItemId(this.responseId, type, index), index }
  }

  private added(item: ResponseItem): UnnumberedEvent {
    return { type: 'response.output_item.added', output_index: this.done.length, item }
  }

  private add(item: ResponseItem): UnnumberedEvent {
    const event = { type: 'response.output_item.done', output_index: this.done.length, item }
    this.done.push(item)
    return event
  }
}
