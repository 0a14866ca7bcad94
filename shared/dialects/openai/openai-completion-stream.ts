import type { ChoiceEvent, ReplyContext, ReplyShape } from '../text-dialect.ts'
import { openaiFinishReason } from './openai-finish-reason.ts'
import { createLegacyLogprobs } from './openai-legacy-logprobs.ts'
import { encodeOpenaiUsage } from './openai-usage.ts'
import type { AnswerCost } from './openai-usage.ts'

/** The `text_completion` frames of a stream, up to and with `[DONE]`. */
export async function* openaiCompletionFrames(
  events: AsyncIterable<ChoiceEvent>,
  shape: ReplyShape,
  reply: ReplyContext,
): AsyncGenerator<string> {
  const costs: AnswerCost[] = []
  const logprobs = shape.requests.map(createLegacyLogprobs)
  const head = {
    id: `cmpl-${reply.id}`,
    object: 'text_completion' as const,
    created: reply.createdAt,
    model: reply.model,
  }
  const frame = (choices: readonly unknown[], usage: unknown): string =>
    `data: ${JSON.stringify({ ...head, choices, ...(shape.includesUsage ? { usage } : {}) })}\n\n`
  const text = (index: number, piece: string, more: object = {}): string =>
    frame([{ text: piece, index, logprobs: null, finish_reason: null, ...more }], null)
  for await (const { choice, event } of events) {
    if (event.type === 'generation-start') {
      const prefix = shape.prefixes[choice]
      if (prefix !== undefined) yield text(choice, prefix)
    } else if (event.type === 'text-delta') {
      yield text(choice, event.text, { logprobs: logprobs[choice]?.(event.logprobs) ?? null })
    } else if (event.type === 'generation-finish') {
      costs[choice] = event
      yield text(choice, '', { finish_reason: openaiFinishReason(event.reason) })
    }
  }
  if (shape.includesUsage) yield frame([], encodeOpenaiUsage(costs, shape.samplesPerPrompt, reply))
  yield 'data: [DONE]\n\n'
}
