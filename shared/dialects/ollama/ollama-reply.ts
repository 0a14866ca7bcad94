import { createGenerationCollector } from '@shared/inference/collect-generation.ts'
import type { FinishReason, GenerationEvent, TokenLogprob } from '@shared/inference/generation-event.ts'
import type { Generation } from '@shared/inference/generation.ts'
import type { ToolCall } from '@shared/inference/generate-request.ts'
import type { ChoiceEvent, ReplyContext, ReplyShape } from '../text-dialect.ts'
import { encodeOllamaLogprobs } from './ollama-logprobs.ts'
import { ollamaNanoseconds, ollamaTime } from './ollama-time.ts'
import { encodeOllamaCall } from './ollama-tool-calls.ts'

/** What one object of a reply says. */
export interface OllamaSaid {
  readonly text?: string
  readonly thinking?: string
  readonly calls?: readonly object[]
}

/** Where the two text routes differ. */
export interface OllamaReplyFields {
  /** The fields that carry what is said. */
  readonly said: (said: OllamaSaid) => object
  /** Further fields of the last object. */
  readonly last: (generation: Generation, shape: ReplyShape) => object
}

const DONE_REASON = { stop: 'stop', length: 'length', 'tool-calls': 'stop' } as const satisfies Record<
  FinishReason,
  string
>

/** Ollama's one object for a whole answer, or for a model that was only loaded or unloaded. */
export const encodeOllamaReply = (
  fields: OllamaReplyFields,
  generation: Generation | undefined,
  shape: ReplyShape,
  reply: ReplyContext,
): object => {
  if (generation === undefined) {
    const done_reason = shape.residence ?? 'load'
    return { ...headOf(reply), ...fields.said({}), done: true, done_reason }
  }
  return {
    ...headOf(reply),
    ...fields.said({
      text: generation.text,
      thinking: generation.reasoning,
      calls: generation.toolCalls.flatMap((call, index) => encodeOllamaCall(call, index) ?? []),
    }),
    ...logprobsField(generation.logprobs),
    done: true,
    ...endOf(fields, generation, shape),
  }
}

/** Ollama's lines of a stream: one for each piece of text or thought, one for each call when it is whole, then the figures. */
export async function* ollamaFrames(
  fields: OllamaReplyFields,
  events: AsyncIterable<ChoiceEvent>,
  shape: ReplyShape,
  reply: ReplyContext,
): AsyncGenerator<string> {
  const collector = createGenerationCollector()
  const takeCall = createCallTaker()
  for await (const { event } of events) {
    const generation = collector.take(event)
    const said = generation === undefined ? saidBy(event, takeCall(event)) : {}
    if (said === undefined) continue
    const line = {
      ...headOf(reply),
      ...fields.said(said),
      ...(event.type === 'text-delta' ? logprobsField(event.logprobs) : {}),
      done: generation !== undefined,
      ...(generation === undefined ? {} : endOf(fields, generation, shape)),
    }
    yield `${JSON.stringify(line)}\n`
  }
}

/** What an event says to Ollama's clients; undefined: nothing. */
const saidBy = (event: GenerationEvent, call: object | undefined): OllamaSaid | undefined => {
  if (event.type === 'text-delta') return { text: event.text }
  if (event.type === 'reasoning-delta') return { thinking: event.text }
  return call === undefined ? undefined : { calls: [call] }
}

/** Puts each call together, and gives it when it is whole: Ollama's clients know no pieces of calls. */
const createCallTaker = (): ((event: GenerationEvent) => object | undefined) => {
  let call: ToolCall | undefined
  return (event) => {
    if (event.type === 'tool-call-start') call = { id: event.id, name: event.name, arguments: '' }
    if (event.type === 'tool-call-delta' && call !== undefined)
      call = { ...call, arguments: call.arguments + event.text }
    return event.type === 'tool-call-end' && call !== undefined
      ? encodeOllamaCall(call, event.index)
      : undefined
  }
}

const headOf = ({ model, now }: ReplyContext) => ({ model, created_at: ollamaTime(now()) })

const logprobsField = (logprobs: readonly TokenLogprob[] | undefined) =>
  logprobs === undefined ? {} : { logprobs: encodeOllamaLogprobs(logprobs) }

const endOf = ({ last }: OllamaReplyFields, generation: Generation, shape: ReplyShape) => {
  const { reason, timings, usage } = generation
  const { prefillMs, decodeMs, loadMs = 0, totalMs = loadMs + prefillMs + decodeMs } = timings
  return {
    done_reason: DONE_REASON[reason],
    ...last(generation, shape),
    total_duration: ollamaNanoseconds(totalMs),
    load_duration: ollamaNanoseconds(loadMs),
    prompt_eval_count: usage.promptTokens,
    prompt_eval_duration: ollamaNanoseconds(prefillMs),
    eval_count: usage.completionTokens,
    eval_duration: ollamaNanoseconds(decodeMs),
  }
}
