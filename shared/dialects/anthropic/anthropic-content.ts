import type { ToolCall } from '@shared/inference/generate-request.ts'
import type { Generation } from '@shared/inference/generation.ts'
import { isRecord } from '../wire-field.ts'

export const encodeAnthropicText = (text: string) => ({ type: 'text' as const, text, citations: null })

/** Nothing here signs thoughts; clients send the empty signature back as they send any other. */
export const encodeAnthropicThinking = (thinking: string) => ({
  type: 'thinking' as const,
  thinking,
  signature: '',
})

export const encodeAnthropicToolUse = ({ id, name }: Pick<ToolCall, 'id' | 'name'>, input: object) => ({
  type: 'tool_use' as const,
  id,
  name,
  input,
  caller: { type: 'direct' as const },
})

export type AnthropicBlock =
  | ReturnType<typeof encodeAnthropicText>
  | ReturnType<typeof encodeAnthropicThinking>
  | ReturnType<typeof encodeAnthropicToolUse>

/** The blocks of a whole answer: what the model thought, what it said, and the calls that the client is to answer. */
export const encodeAnthropicContent = ({
  reasoning,
  text,
  toolCalls,
}: Pick<Generation, 'reasoning' | 'text' | 'toolCalls'>): readonly AnthropicBlock[] => [
  ...(reasoning === '' ? [] : [encodeAnthropicThinking(reasoning)]),
  ...(text === '' ? [] : [encodeAnthropicText(text)]),
  ...toolCalls.map((call) => encodeAnthropicToolUse(call, inputOf(call))),
]

/** A call that the token budget cut off is not JSON; `max_tokens` then tells the client not to trust the empty input. */
const inputOf = ({ arguments: text }: ToolCall): object => {
  try {
    const input: unknown = JSON.parse(text)
    return isRecord(input) ? input : {}
  } catch {
    return {}
  }
}
