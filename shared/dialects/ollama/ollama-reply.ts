import type { FinishReason, GenerationTimings } from '@shared/inference/generation-event.ts'
import type { Generation } from '@shared/inference/generation.ts'
import type { Usage } from '@shared/inference/usage.ts'
import type { ChoiceEvent, ReplyContext, ReplyShape } from '../text-dialect.ts'
import { ollamaNanoseconds, ollamaTime } from './ollama-time.ts'

/** Where the two text routes differ. */
export interface OllamaReplyFields {
  /** The fields that carry a piece of text. */
  readonly text: (text: string) => object
  /** Further fields of the last object. */
  readonly last: object
}

const DONE_REASON = { stop: 'stop', length: 'length', 'tool-calls': 'stop' } as const satisfies Record<
  FinishReason,
  string
>

/** Ollama's one object for a whole answer, or for a model that was only loaded or unloaded. */
export const encodeOllamaReply = (
  fields: OllamaReplyFields,
  generation: Generation | undefined,
  { residence }: ReplyShape,
  reply: ReplyContext,
): object => ({
  ...headOf(reply),
  ...fields.text(generation?.text ?? ''),
  done: true,
  ...(generation === undefined ? { done_reason: residence ?? 'load' } : endOf(fields, generation)),
})

/** Ollama's lines of a stream: one for each piece of text, then the figures. */
export async function* ollamaFrames(
  fields: OllamaReplyFields,
  events: AsyncIterable<ChoiceEvent>,
  reply: ReplyContext,
): AsyncGenerator<string> {
  for await (const { event } of events) {
    if (event.type === 'text-delta')
      yield lineOf({ ...headOf(reply), ...fields.text(event.text), done: false })
    else if (event.type === 'generation-finish')
      yield lineOf({ ...headOf(reply), ...fields.text(''), done: true, ...endOf(fields, event) })
  }
}

const headOf = ({ model, now }: ReplyContext) => ({ model, created_at: ollamaTime(now()) })

const lineOf = (value: object): string => `${JSON.stringify(value)}\n`

const endOf = (
  { last }: OllamaReplyFields,
  end: { readonly reason: FinishReason; readonly usage: Usage; readonly timings: GenerationTimings },
) => {
  const { prefillMs, decodeMs, loadMs = 0, totalMs = loadMs + prefillMs + decodeMs } = end.timings
  return {
    done_reason: DONE_REASON[end.reason],
    ...last,
    total_duration: ollamaNanoseconds(totalMs),
    load_duration: ollamaNanoseconds(loadMs),
    prompt_eval_count: end.usage.promptTokens,
    prompt_eval_duration: ollamaNanoseconds(prefillMs),
    eval_count: end.usage.completionTokens,
    eval_duration: ollamaNanoseconds(decodeMs),
  }
}
