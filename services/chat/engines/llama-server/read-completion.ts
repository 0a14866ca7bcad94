import { Fault } from '@shared/fault/fault.ts'
import type { FinishReason, GenerationTimings } from '@shared/inference/generation-event.ts'
import type { Usage } from '@shared/inference/usage.ts'
import type { CompletionEvent } from '../completion-engine.ts'
import { createStopStrings } from '../../policy/stop-sequences.ts'
import { createLogprobQueue } from './token-logprobs.ts'
import type { LogprobQueue } from './token-logprobs.ts'
import { isWireObject, numberField, objectField, refusalFault, textField } from './wire-reply.ts'
import type { WireObject } from './wire-reply.ts'

export interface CompletionLimits {
  readonly stop: readonly string[]
  readonly maxTokens: number | undefined
  /** As in `CompletionRequest`. */
  readonly logprobs?: number | undefined
}

/** What the stream told so far. */
interface Progress {
  promptTokens: number
  cachedTokens: number
  prefillMs: number
  completionTokens: number
  decodeMs: number
  hasStarted: boolean
  /** Tokens whose text was not sent yet: half a character, or the possible beginning of a stop string. */
  unsentTokens: number
  /** Undefined: nobody asked for probabilities. */
  readonly logprobs: LogprobQueue | undefined
}

/**
 * The events of llama-server's `/completion` as ours. Ends the stream itself at a stop string or at zero tokens; whoever
 * reads `events` then closes the connection.
 *
 * Stop strings are found here, not there: llama-server drops the text that might have become one when the token budget
 * ends the answer.
 */
export async function* readCompletion(
  events: AsyncIterable<unknown>,
  limits: CompletionLimits,
): AsyncGenerator<CompletionEvent, void> {
  const progress = newProgress(limits)
  const stops = createStopStrings(limits.stop)
  for await (const event of events) {
    const wire = checkEvent(event)
    note(progress, wire)
    if (!progress.hasStarted && isPromptDone(wire)) {
      progress.hasStarted = true
      yield startEvent(progress)
      if (limits.maxTokens === 0) return yield finishEvent(progress, 'length', 'max-tokens')
    }
    const { stopText, text } = stops.push(textField(wire, 'content'))
    if (text !== '') yield takeDelta(progress, text)
    if (stopText !== undefined) return yield finishEvent(progress, 'stop', 'stop-string', stopText)
    if (wire['stop'] === true) {
      const rest = stops.rest()
      if (rest !== '') yield takeDelta(progress, rest)
      const [reason, rawReason] = finishReasonOf(wire)
      // llama-server counts the token that ends a turn; it is no part of the answer.
      if (rawReason === 'eos') progress.completionTokens -= 1
      return yield finishEvent(progress, reason, rawReason)
    }
  }
  throw new Fault('engine_failed', 'llama-server ended its answer without saying why.')
}

const newProgress = ({ logprobs }: CompletionLimits): Progress => ({
  promptTokens: 0,
  cachedTokens: 0,
  prefillMs: 0,
  completionTokens: 0,
  decodeMs: 0,
  hasStarted: false,
  unsentTokens: 0,
  logprobs: logprobs === undefined ? undefined : createLogprobQueue(logprobs),
})

const checkEvent = (event: unknown): WireObject => {
  if (!isWireObject(event)) throw new Fault('engine_failed', 'llama-server sent an event that is no object.')
  if ('error' in event) throw refusalFault(numberField(objectField(event, 'error'), 'code'), event)
  return event
}

const note = (progress: Progress, wire: WireObject): void => {
  const prompt = objectField(wire, 'prompt_progress')
  if ('total' in prompt) {
    progress.promptTokens = numberField(prompt, 'total')
    progress.cachedTokens = numberField(prompt, 'cache')
    progress.prefillMs = numberField(prompt, 'time_ms')
  }
  const timings = objectField(wire, 'timings')
  if ('prompt_ms' in timings) {
    progress.prefillMs = numberField(timings, 'prompt_ms')
    progress.decodeMs = numberField(timings, 'predicted_ms')
  }
  if ('tokens_evaluated' in wire) progress.promptTokens = numberField(wire, 'tokens_evaluated')
  const completionTokens = numberField(wire, 'tokens_predicted')
  progress.unsentTokens += completionTokens - progress.completionTokens
  progress.completionTokens = completionTokens
  progress.logprobs?.push(wire, textField(wire, 'content'))
}

/** A report that all is read, or anything that comes after it. */
const isPromptDone = (wire: WireObject): boolean => {
  const prompt = objectField(wire, 'prompt_progress')
  return !('total' in prompt) || numberField(prompt, 'processed') >= numberField(prompt, 'total')
}

const takeDelta = (progress: Progress, text: string): CompletionEvent => {
  const tokens = progress.unsentTokens
  progress.unsentTokens = 0
  const logprobs = progress.logprobs?.take(text)
  return { type: 'text-delta', text, tokens, ...(logprobs === undefined ? {} : { logprobs }) }
}

const startEvent = ({ cachedTokens, promptTokens }: Progress): CompletionEvent => ({
  type: 'generation-start',
  promptTokens,
  cachedTokens,
})

const finishReasonOf = (wire: WireObject): readonly [FinishReason, string] => {
  if (textField(wire, 'stop_type') === 'eos') return ['stop', 'eos']
  return ['length', wire['truncated'] === true ? 'context-full' : 'max-tokens']
}

const finishEvent = (
  progress: Progress,
  reason: FinishReason,
  rawReason: string,
  stopText?: string,
): CompletionEvent => {
  const { cachedTokens, completionTokens, decodeMs, prefillMs, promptTokens } = progress
  const usage: Usage = { promptTokens, completionTokens, cachedTokens }
  const timings: GenerationTimings = { prefillMs, decodeMs }
  const stop = stopText === undefined ? {} : { stopText }
  return { type: 'generation-finish', reason, rawReason, ...stop, usage, timings }
}
