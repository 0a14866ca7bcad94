import type { TokenChance, TokenLogprob } from '@shared/inference/generation-event.ts'
import { finiteLogprob } from '../openai-logprobs.ts'

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

export interface OutputTextPart {
  readonly type: 'output_text'
  readonly text: string
  readonly annotations: readonly never[]
  readonly logprobs: readonly WireLogprob[]
}

/** A part of a message, or of what a function answered. */
export type ContentPart =
  | { readonly type: 'input_text'; readonly text: string }
  | { readonly type: 'input_image'; readonly image_url: string; readonly detail: string }
  | OutputTextPart
  | { readonly type: 'refusal'; readonly refusal: string }

export interface MessageItem {
  readonly type: 'message'
  readonly id: string
  readonly status: ItemStatus
  readonly role: 'user' | 'assistant' | 'system' | 'developer'
  readonly content: readonly ContentPart[]
}

export interface ReasoningItem {
  readonly type: 'reasoning'
  readonly id: string
  readonly status: ItemStatus
  readonly summary: readonly { readonly type: 'summary_text'; readonly text: string }[]
  readonly content: readonly { readonly type: 'reasoning_text'; readonly text: string }[]
}

export interface FunctionCallItem {
  readonly type: 'function_call'
  readonly id: string
  readonly status: ItemStatus
  readonly call_id: string
  readonly name: string
  /** JSON text; whole only when the item is completed. */
  readonly arguments: string
}

export interface FunctionCallOutputItem {
  readonly type: 'function_call_output'
  readonly id: string
  readonly status: ItemStatus
  readonly call_id: string
  readonly output: string | readonly ContentPart[]
}

/** An item of a conversation, of its input or of its output, as it is on the wire and as it is kept. */
export type ResponseItem = MessageItem | ReasoningItem | FunctionCallItem | FunctionCallOutputItem

interface WireChance {
  readonly token: string
  readonly logprob: number
  readonly bytes: readonly number[]
}

export interface WireLogprob extends WireChance {
  readonly top_logprobs: readonly WireChance[]
}

const encodeChance = ({ bytes, logprob, text }: TokenChance): WireChance => ({
  token: text,
  logprob: finiteLogprob(logprob),
  bytes,
})

export const encodeLogprobs = (logprobs: readonly TokenLogprob[] = []): readonly WireLogprob[] =>
  logprobs.map((token) => ({ ...encodeChance(token), top_logprobs: token.top.map(encodeChance) }))

const ID_PREFIX = {
  message: 'msg_',
  reasoning: 'rs_',
  function_call: 'fc_',
  function_call_output: 'fco_',
} as const satisfies Record<ResponseItem['type'], string>

const FIRST_INPUT = 0x10_000

/** Id of the output item at `index`: made of the response's id, so that it is the same in the stream and in the end. */
export const outputItemId = (responseId: string, type: ResponseItem['type'], index: number): string =>
  `${ID_PREFIX[type]}${uniquePart(responseId)}${index.toString(16).padStart(5, '0')}`

/** Id of the input item at `index`, for items that came without one. */
export const inputItemId = (responseId: string, type: ResponseItem['type'], index: number): string =>
  outputItemId(responseId, type, FIRST_INPUT + index)

const uniquePart = (responseId: string): string => responseId.replace(/^resp_/, '')
