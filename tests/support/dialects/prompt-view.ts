import type { Prompt } from '@shared/inference/generate-request.ts'
import type { Conversation, Turn } from './conversation.ts'

/** What of a prompt every dialect must say the same; the name of the tool of a result is said by some only. */
export const promptView = (prompt: Prompt | undefined): unknown => {
  if (prompt?.type !== 'chat') return prompt
  return {
    tools: (prompt.tools ?? []).map(({ description, name, parameters }) => ({
      name,
      description,
      parameters,
    })),
    messages: prompt.messages.map(({ parts, role, toolCallId }) => ({
      role,
      toolCallId,
      parts: parts
        .filter((part) => part.type !== 'text' || part.text !== '')
        .map((part) =>
          part.type === 'tool-call' ? { ...part, arguments: JSON.parse(part.arguments) } : part,
        ),
    })),
  }
}

/** The view that a conversation must have. */
export const expectedView = ({ tools = [], turns }: Conversation): unknown => ({
  tools,
  messages: turns.map(expectedMessage),
})

const textPart = (text: string): readonly object[] => (text === '' ? [] : [{ type: 'text', text }])

const expectedMessage = (turn: Turn): unknown => {
  if (turn.type === 'result') return { role: 'tool', toolCallId: turn.id, parts: textPart(turn.text) }
  const calls = turn.type === 'assistant' ? (turn.calls ?? []) : []
  return {
    role: turn.type,
    toolCallId: undefined,
    parts: [...textPart(turn.text), ...calls.map((call) => ({ type: 'tool-call', ...call }))],
  }
}
