import type { ChatPrompt, Message, MessagePart } from '@shared/inference/generate-request.ts'
import type { ToolResult } from '@shared/inference/generation-event.ts'

/** The conversation with one more turn: what the model said and called, and what the tools answered. */
export const addTurn = (
  prompt: ChatPrompt,
  said: { readonly text: string; readonly reasoning: string },
  results: readonly ToolResult[],
): ChatPrompt => {
  const parts: readonly MessagePart[] = [
    ...(said.reasoning === '' ? [] : [{ type: 'reasoning' as const, text: said.reasoning }]),
    ...(said.text === '' ? [] : [{ type: 'text' as const, text: said.text }]),
    ...results.map(({ call }) => ({ type: 'tool-call' as const, ...call })),
  ]
  const answers = results.map(({ call, isError, output }): Message => ({
    role: 'tool',
    name: call.name,
    toolCallId: call.id,
    parts: [{ type: 'text', text: isError ? `Error: ${output}` : output }],
  }))
  return { ...prompt, messages: [...prompt.messages, { role: 'assistant', parts }, ...answers] }
}
