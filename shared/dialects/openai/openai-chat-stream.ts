import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { Usage } from '@shared/inference/usage.ts'
import type { ChoiceEvent, ReplyContext, ReplyShape } from '../text-dialect.ts'
import { OPENAI_FINISH_REASON } from './openai-finish-reason.ts'
import { encodeOpenaiUsage } from './openai-usage.ts'

/** The `chat.completion.chunk` frames of a stream, up to and with `[DONE]`. */
export async function* openaiChatFrames(
  events: AsyncIterable<ChoiceEvent>,
  shape: ReplyShape,
  reply: ReplyContext,
): AsyncGenerator<string> {
  const usages: Usage[] = []
  const head = {
    id: `chatcmpl-${reply.id}`,
    object: 'chat.completion.chunk' as const,
    created: reply.createdAt,
    model: reply.model,
    system_fingerprint: 'skein',
  }
  const frame = (choices: readonly unknown[], usage: unknown): string =>
    `data: ${JSON.stringify({ ...head, choices, ...(shape.includesUsage ? { usage } : {}) })}\n\n`
  for await (const { choice, event } of events) {
    if (event.type === 'generation-finish') usages[choice] = event.usage
    const delta = deltaOf(event)
    if (delta !== undefined) yield frame([{ index: choice, ...delta, logprobs: null }], null)
  }
  if (shape.includesUsage) yield frame([], encodeOpenaiUsage(usages, shape.samplesPerPrompt))
  yield 'data: [DONE]\n\n'
}

const deltaOf = (event: GenerationEvent): { delta: object; finish_reason: string | null } | undefined => {
  switch (event.type) {
    case 'generation-start':
      return { delta: { role: 'assistant', content: '', refusal: null }, finish_reason: null }
    case 'text-delta':
      return { delta: { content: event.text }, finish_reason: null }
    case 'generation-finish':
      return { delta: {}, finish_reason: OPENAI_FINISH_REASON[event.reason] }
    default:
      return undefined
  }
}
