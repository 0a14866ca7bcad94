import { Fault } from '@shared/fault/fault.ts'
import type { Message, MessagePart, Role } from '@shared/inference/generate-request.ts'
import { messagePartOf } from './responses-content.ts'
import type { ContextItem } from './responses-input.ts'
import type { FunctionCallOutputItem, MessageItem, ReasoningItem, ResponseItem } from './responses-items.ts'

const ROLE = {
  user: 'user',
  assistant: 'assistant',
  system: 'system',
  developer: 'system',
} as const satisfies Record<MessageItem['role'], Role>

/**
 * The conversation as the model gets it. What the assistant thought, said and called in a row is one message of its.
 * @throws Fault for the answer to a call that nobody made
 */
export const messagesOf = (items: readonly ContextItem[]): readonly Message[] => {
  const messages: Message[] = []
  let turn: MessagePart[] | undefined
  const ofAssistant = (parts: readonly MessagePart[]): void => {
    if (turn === undefined) {
      turn = []
      messages.push({ role: 'assistant', parts: turn })
    }
    turn.push(...parts)
  }
  const callNames = new Map<string, string>()
  for (const { item, param } of items) {
    if (item.type === 'function_call') callNames.set(item.call_id, item.name)
    const parts = assistantParts(item, param)
    if (parts !== undefined) {
      ofAssistant(parts)
      continue
    }
    turn = undefined
    if (item.type === 'message') messages.push(messageOf(item, param))
    if (item.type === 'function_call_output') messages.push(answerOf(item, callNames, param))
  }
  return messages
}

/** The parts of the assistant's turn; undefined for items of others. */
const assistantParts = (item: ResponseItem, param: string): readonly MessagePart[] | undefined => {
  switch (item.type) {
    case 'reasoning':
      return reasoningParts(item)
    case 'function_call':
      // A call that was cut off has no whole arguments, and nobody answered it.
      if (item.status !== 'completed') return []
      return [{ type: 'tool-call', id: item.call_id, name: item.name, arguments: item.arguments }]
    case 'message':
      return item.role === 'assistant' ? partsOf(item, param) : undefined
    case 'function_call_output':
      return undefined
  }
}

const reasoningParts = ({ content, summary }: ReasoningItem): readonly MessagePart[] => {
  const texts = content.length > 0 ? content : summary
  const text = texts.map((part) => part.text).join('\n')
  return text === '' ? [] : [{ type: 'reasoning', text }]
}

const messageOf = (item: MessageItem, param: string): Message => ({
  role: ROLE[item.role],
  parts: partsOf(item, param),
})

const partsOf = ({ content }: MessageItem, param: string): readonly MessagePart[] =>
  content.map((part, index) => messagePartOf(part, `${param}.content[${index}]`))

const answerOf = (
  { call_id: callId, output }: FunctionCallOutputItem,
  callNames: ReadonlyMap<string, string>,
  param: string,
): Message => {
  const name = callNames.get(callId)
  if (name === undefined) {
    throw new Fault(
      'invalid_request',
      `No function call with the call_id '${callId.slice(0, 128)}' comes before its output. Send the function_call item too, or previous_response_id.`,
      { param: `${param}.call_id` },
    )
  }
  const parts =
    typeof output === 'string'
      ? [{ type: 'text' as const, text: output }]
      : output.map((part, index) => messagePartOf(part, `${param}.output[${index}]`))
  return { role: 'tool', name, toolCallId: callId, parts }
}
