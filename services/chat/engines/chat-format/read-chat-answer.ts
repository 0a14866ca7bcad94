import type { GenerationEvent, GenerationFinish } from '@shared/inference/generation-event.ts'
import { createAnswerParser } from '../../policy/chat-format/answer-parser.ts'
import type { AnswerParser, AnswerParserOptions } from '../../policy/chat-format/answer-parser.ts'
import type { CompletionEvent } from '../completion-engine.ts'
import { createTextStop } from './text-stop.ts'

export interface ChatAnswerOptions extends AnswerParserOptions {
  /** End the text, and with it the answer. They cut neither reasoning nor calls. */
  readonly stop: readonly string[]
  /** The clock, in milliseconds. */
  now(): number
}

/** Reasoning, text and calls of an answer, out of the model's raw text. */
export async function* readChatAnswer(
  events: AsyncIterable<CompletionEvent>,
  options: ChatAnswerOptions,
): AsyncGenerator<GenerationEvent> {
  const parser = createAnswerParser(options)
  const stop = createTextStop(options.stop)
  const count = new AnswerCount(options)
  for await (const event of events) {
    if (event.type === 'generation-start') {
      count.start(event)
      yield event
      continue
    }
    if (event.type === 'text-delta') count.take(event.tokens)
    const parsed = event.type === 'text-delta' ? parser.push(event) : parser.finish()
    yield* stop.cut(parsed)
    if (stop.stopText !== undefined) {
      yield count.stopped(stop.stopText, parser)
      return
    }
    if (event.type === 'text-delta') continue
    yield* stop.rest()
    yield finishOf(event, parser)
  }
}

/** A model that was done after whole calls was done for their sake. */
const finishOf = (finish: GenerationFinish, parser: AnswerParser): GenerationFinish => {
  const hasCalls = finish.reason === 'stop' && parser.wholeCalls > 0
  const calls = { reason: 'tool-calls', rawReason: 'tool-calls' } as const
  return { ...finish, ...(hasCalls ? calls : {}), usage: { ...finish.usage, ...reasoningOf(parser) } }
}

const reasoningOf = ({ reasoningTokens }: AnswerParser): { readonly reasoningTokens?: number } =>
  reasoningTokens === 0 ? {} : { reasoningTokens }

/** What an answer took so far, for one that ends before the engine says so. */
class AnswerCount {
  readonly #now: () => number
  readonly #startedAt: number
  #decodeStartedAt: number
  #promptTokens = 0
  #cachedTokens = 0
  #completionTokens = 0

  constructor({ now }: Pick<ChatAnswerOptions, 'now'>) {
    this.#now = () => now()
    this.#startedAt = now()
    this.#decodeStartedAt = this.#startedAt
  }

  start({ promptTokens, cachedTokens }: Extract<CompletionEvent, { type: 'generation-start' }>): void {
    this.#promptTokens = promptTokens
    this.#cachedTokens = cachedTokens
    this.#decodeStartedAt = this.#now()
  }

  take(tokens: number): void {
    this.#completionTokens += tokens
  }

  stopped(stopText: string, parser: AnswerParser): GenerationFinish {
    return {
      type: 'generation-finish',
      reason: 'stop',
      rawReason: 'stop-string',
      stopText,
      usage: {
        promptTokens: this.#promptTokens,
        completionTokens: this.#completionTokens,
        cachedTokens: this.#cachedTokens,
        ...reasoningOf(parser),
      },
      timings: {
        prefillMs: this.#decodeStartedAt - this.#startedAt,
        decodeMs: this.#now() - this.#decodeStartedAt,
      },
    }
  }
}
