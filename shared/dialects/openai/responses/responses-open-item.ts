import type { TokenLogprob } from '@shared/inference/generation-event.ts'
import { encodeLogprobs } from './responses-items.ts'
import type {
  FunctionCallItem,
  ItemStatus,
  MessageItem,
  ReasoningItem,
  ResponseItem,
  WireLogprob,
} from './responses-items.ts'

/** An event of the stream before it has its number. */
export type UnnumberedEvent = { readonly type: string } & Readonly<Record<string, unknown>>

export interface ItemPlace {
  readonly id: string
  readonly index: number
}

/** An item of the output that is still being written. */
export interface OpenItem {
  readonly type: ResponseItem['type']
  /** The item as it is now. */
  item(status: ItemStatus): ResponseItem
  /** What is told when it begins. */
  opening(): readonly UnnumberedEvent[]
  append(text: string, logprobs?: readonly TokenLogprob[]): readonly UnnumberedEvent[]
  /** What is told when it ends, before the item is told whole. */
  closing(): readonly UnnumberedEvent[]
}

const CONTENT = { content_index: 0 } as const

export const openMessage = ({ id, index }: ItemPlace): OpenItem => {
  const texts: string[] = []
  const logprobs: WireLogprob[] = []
  const place = { item_id: id, output_index: index, ...CONTENT }
  const part = () => ({
    type: 'output_text' as const,
    text: texts.join(''),
    annotations: [],
    logprobs: [...logprobs],
  })
  let hasBegun = false
  return {
    type: 'message',
    item: (status): MessageItem => ({
      type: 'message',
      id,
      status,
      role: 'assistant',
      content: hasBegun ? [part()] : [],
    }),
    opening() {
      const event = { type: 'response.content_part.added', ...place, part: part() }
      hasBegun = true
      return [event]
    },
    append(text, chances) {
      const told = encodeLogprobs(chances)
      texts.push(text)
      logprobs.push(...told)
      return [{ type: 'response.output_text.delta', ...place, delta: text, logprobs: told }]
    },
    closing: () => [
      { type: 'response.output_text.done', ...place, text: texts.join(''), logprobs: [...logprobs] },
      { type: 'response.content_part.done', ...place, part: part() },
    ],
  }
}

export const openReasoning = ({ id, index }: ItemPlace): OpenItem => {
  const texts: string[] = []
  const place = { item_id: id, output_index: index, ...CONTENT }
  const part = () => ({ type: 'reasoning_text' as const, text: texts.join('') })
  let hasBegun = false
  return {
    type: 'reasoning',
    item: (status): ReasoningItem => ({
      type: 'reasoning',
      id,
      status,
      summary: [],
      content: hasBegun ? [part()] : [],
    }),
    opening() {
      const event = { type: 'response.content_part.added', ...place, part: part() }
      hasBegun = true
      return [event]
    },
    append(text) {
      texts.push(text)
      return [{ type: 'response.reasoning_text.delta', ...place, delta: text }]
    },
    closing: () => [
      { type: 'response.reasoning_text.done', ...place, text: texts.join('') },
      { type: 'response.content_part.done', ...place, part: part() },
    ],
  }
}

export const openFunctionCall = (
  { id, index }: ItemPlace,
  call: { readonly id: string; readonly name: string },
): OpenItem => {
  const texts: string[] = []
  const place = { item_id: id, output_index: index }
  return {
    type: 'function_call',
    item: (status): FunctionCallItem => ({
      type: 'function_call',
      id,
      status,
      call_id: call.id,
      name: call.name,
      arguments: texts.join(''),
    }),
    opening: () => [],
    append(text) {
      texts.push(text)
      return [{ type: 'response.function_call_arguments.delta', ...place, delta: text }]
    },
    closing: () => [
      { type: 'response.function_call_arguments.done', ...place, name: call.name, arguments: texts.join('') },
    ],
  }
}
