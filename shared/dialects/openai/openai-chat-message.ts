import type { Generation } from '@shared/inference/generation.ts'
import type { ToolCall } from '@shared/inference/generate-request.ts'
import type { ToolResult } from '@shared/inference/generation-event.ts'

/** The `message` of a whole answer. */
export const encodeOpenaiMessage = (generation: Generation, usesLegacyFunctions: boolean) => {
  const { reasoning, text, toolCalls, toolResults } = generation
  return {
    role: 'assistant' as const,
    content: text === '' && toolCalls.length > 0 ? null : text,
    refusal: null,
    annotations: [],
    // Its clients know it by one name or the other.
    ...(reasoning === '' ? {} : { reasoning_content: reasoning, reasoning }),
    ...callsOf(toolCalls, usesLegacyFunctions),
    ...(toolResults.length === 0 ? {} : { server_tool_calls: toolResults.map(encodeResult) }),
  }
}

const callsOf = (calls: readonly ToolCall[], usesLegacyFunctions: boolean) => {
  const [first] = calls
  if (first === undefined) return {}
  if (usesLegacyFunctions) return { function_call: { name: first.name, arguments: first.arguments } }
  return { tool_calls: calls.map((call, index) => ({ index, ...encodeCall(call) })) }
}

const encodeCall = (call: ToolCall) => ({
  id: call.id,
  type: 'function' as const,
  function: { name: call.name, arguments: call.arguments },
})

/** An extension: calls that tools of this node answered. The caller has nothing to do with them. */
const encodeResult = ({ call, isError, output }: ToolResult) => ({
  ...encodeCall(call),
  output,
  is_error: isError,
})
