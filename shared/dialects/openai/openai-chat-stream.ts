import type { GenerationEvent, ToolResult } from '@shared/inference/generation-event.ts'
import type { ChoiceEvent, ReplyContext, ReplyShape } from '../text-dialect.ts'
import { openaiFinishReason } from './openai-finish-reason.ts'
import { encodeOpenaiLogprobs } from './openai-logprobs.ts'
import { encodeOpenaiUsage } from './openai-usage.ts'
import type { AnswerCost } from './openai-usage.ts'

/** The `chat.completion.chunk` frames of a stream, up to and with `[DONE]`. */
export async function* openaiChatFrames(
  events: AsyncIterable<ChoiceEvent>,
  shape: ReplyShape,
  reply: ReplyContext,
): AsyncGenerator<string> {
  const costs: AnswerCost[] = []
  const head = {
    id: `chatcmpl-${reply.id}`,
    object: 'chat.completion.chunk' as const,
    created: reply.createdAt,
    model: reply.model,
    system_fingerprint: 'skein',
  }
  const frame = (choices: readonly unknown[], usage: unknown, more = {}): string =>
    `data: ${JSON.stringify({ ...head, choices, ...(shape.includesUsage ? { usage } : {}), ...more })}\n\n`
  for await (const { choice, event } of events) {
    if (event.type === 'generation-finish') costs[choice] = event
    if (event.type === 'tool-result') {
      yield frame([], null, resultFields(event.result))
      continue
    }
    const delta = deltaOf(event, shape.usesLegacyFunctions ?? false)
    if (delta !== undefined) yield frame([{ index: choice, ...delta }], null)
  }
  if (shape.includesUsage) yield frame([], encodeOpenaiUsage(costs, shape.samplesPerPrompt, reply))
  yield 'data: [DONE]\n\n'
}

/** LocalAI's frame for a tool of the node, in a chunk without choices: OpenAI's client reads chunks only. */
const resultFields = ({ call, isError, output }: ToolResult) => ({
  type: 'mcp_tool_result' as const,
  name: call.name,
  tool_call_id: call.id,
  result: output,
  is_error: isError,
})

const chunk = (delta: object, finishReason: string | null = null, logprobs: object | null = null) => ({
  delta,
  logprobs,
  finish_reason: finishReason,
})

/** Text, thoughts and calls never share a chunk; the name of a call comes once, before its arguments. */
const deltaOf = (
  event: Exclude<GenerationEvent, { readonly type: 'tool-result' }>,
  usesLegacyFunctions: boolean,
): ReturnType<typeof chunk> | undefined => {
  switch (event.type) {
    case 'generation-start':
      return chunk({ role: 'assistant', content: '', refusal: null })
    case 'reasoning-delta':
      // Its clients know it by one name or the other.
      return chunk({ reasoning_content: event.text, reasoning: event.text })
    case 'text-delta':
      return chunk({ content: event.text }, null, encodeOpenaiLogprobs(event.logprobs))
    case 'tool-call-start':
      return chunk(
        usesLegacyFunctions
          ? { function_call: { name: event.name, arguments: '' } }
          : { tool_calls: [callStart(event.index, event.id, event.name)] },
      )
    case 'tool-call-delta':
      return chunk(
        usesLegacyFunctions
          ? { function_call: { arguments: event.text } }
          : { tool_calls: [{ index: event.index, function: { arguments: event.text } }] },
      )
    case 'tool-call-end':
      return undefined
    case 'generation-finish':
      return chunk({}, openaiFinishReason(event.reason, usesLegacyFunctions))
  }
}

const callStart = (index: number, id: string, name: string) => ({
  index,
  id,
  type: 'function' as const,
  function: { name, arguments: '' },
})
