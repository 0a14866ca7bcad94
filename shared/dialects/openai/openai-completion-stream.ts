import type { Usage } from '@shared/inference/usage.ts'
import type { ChoiceEvent, ReplyContext, ReplyShape } from '../text-dialect.ts'
import { OPENAI_FINISH_REASON } from './openai-finish-reason.ts'
import { encodeOpenaiUsage } from './openai-usage.ts'

/** The `text_completion` frames of a stream, up to and with `[DONE]`. */
export async function* openaiCompletionFrames(
  events: AsyncIterable<ChoiceEvent>,
  shape: ReplyShape,
  reply: ReplyContext,
): AsyncGenerator<string> {
  const usages: Usage[] = []
  const head = {
    id: `cmpl-${reply.id}`,
    object: 'text_completion' as const,
    created: reply.createdAt,
    model: reply.model,
  }
  const frame = (choices: readonly unknown[], usage: unknown): string =>
    `data: ${JSON.stringify({ ...head, choices, ...(shape.includesUsage ? { usage } : {}) })}\n\n`
  const text = (index: number, piece: string, reason: string | null): string =>
    frame([{ text: piece, index, logprobs: null, finish_reason: reason }], null)
  for await (const { choice, event } of events) {
    if (event.type === 'generation-start') {
      const prefix = shape.prefixes[choice]
      if (prefix !== undefined) yield text(choice, prefix, null)
    } else if (event.type === 'text-delta') {
      yield text(choice, event.text, null)
    } else if (event.type === 'generation-finish') {
      usages[choice] = event.usage
      yield text(choice, '', OPENAI_FINISH_REASON[event.reason])
    }
  }
  if (shape.includesUsage) yield frame([], encodeOpenaiUsage(usages, shape.samplesPerPrompt))
  yield 'data: [DONE]\n\n'
}
